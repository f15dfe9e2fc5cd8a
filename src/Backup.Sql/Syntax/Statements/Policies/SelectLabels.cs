namespace Backup.Sql.Syntax;

/// <summary><c>LABELS …</c>.</summary>
/// <param name="Labels">The labels that a database must carry.</param>
public sealed record SelectLabels(StringOrPlaceholder Labels) : PolicySelector;
