namespace Backup.Sql.Syntax;

/// <summary>A type: <c>DECIMAL(10, 2)</c>, <c>STRING[]</c>.</summary>
/// <param name="Name">The type's name.</param>
/// <param name="Precision">The first number in parentheses; null for none.</param>
/// <param name="Scale">The second number; null for none.</param>
/// <param name="IsArray">True when brackets follow.</param>
public sealed record TypeName(Name Name, long? Precision, long? Scale, bool IsArray) : SyntaxNode;
