namespace Backup.Sql.Syntax;

/// <summary><c>a [NOT] IN (…)</c> over a list of values or a query.</summary>
/// <param name="Operand">What is looked for.</param>
/// <param name="Items">The values; empty when <paramref name="Query"/> is there.</param>
/// <param name="Query">The query; null when values are listed.</param>
/// <param name="IsNegated">True for NOT IN.</param>
public sealed record InExpression(Expression Operand, ValueList<Expression> Items, Query? Query, bool IsNegated)
    : Expression;
