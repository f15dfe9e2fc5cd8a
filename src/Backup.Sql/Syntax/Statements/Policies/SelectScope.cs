namespace Backup.Sql.Syntax;

/// <summary><c>SCOPE …</c>.</summary>
/// <param name="Scope">The scope.</param>
public sealed record SelectScope(StringOrPlaceholder Scope) : PolicySelector;
