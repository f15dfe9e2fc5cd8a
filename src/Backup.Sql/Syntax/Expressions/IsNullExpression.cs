namespace Backup.Sql.Syntax;

/// <summary><c>a IS [NOT] NULL</c>.</summary>
/// <param name="Operand">What is tested.</param>
/// <param name="IsNegated">True for IS NOT NULL.</param>
public sealed record IsNullExpression(Expression Operand, bool IsNegated) : Expression;
