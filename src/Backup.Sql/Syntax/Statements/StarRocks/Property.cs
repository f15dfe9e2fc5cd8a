namespace Backup.Sql.Syntax;

/// <summary>One property: a key and a value, both strings.</summary>
/// <param name="Key">The key; known keys of BACKUP and RESTORE are lower case.</param>
/// <param name="Value">The value.</param>
public sealed record Property(StringLiteral Key, StringLiteral Value) : SyntaxNode;
