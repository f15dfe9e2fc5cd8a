namespace Backup.Sql.Syntax;

/// <summary>A parameter: <c>$1</c>.</summary>
/// <param name="Number">Its number, from 1.</param>
public sealed record Placeholder(int Number) : StringOrPlaceholder;
