namespace Backup.Sql.Syntax;

/// <summary>A string, unescaped; a bare word in the place of a string is one too.</summary>
/// <param name="Value">The text.</param>
public sealed record StringLiteral(string Value) : StringOrPlaceholder;
