namespace Backup.Sql.Syntax;

/// <summary><c>ARRAY[…]</c>.</summary>
/// <param name="Items">The elements, possibly none.</param>
public sealed record ArrayExpression(ValueList<Expression> Items) : Expression;
