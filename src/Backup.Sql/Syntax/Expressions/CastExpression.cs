namespace Backup.Sql.Syntax;

/// <summary><c>a::TYPE</c>.</summary>
/// <param name="Operand">What is converted.</param>
/// <param name="Type">The type asked for.</param>
public sealed record CastExpression(Expression Operand, TypeName Type) : Expression;
