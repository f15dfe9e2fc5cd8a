namespace Backup.Sql.Syntax;

/// <summary>An expression in parentheses: they are kept because the canonical text keeps them.</summary>
/// <param name="Inner">What stands inside.</param>
public sealed record ParenthesizedExpression(Expression Inner) : Expression;
