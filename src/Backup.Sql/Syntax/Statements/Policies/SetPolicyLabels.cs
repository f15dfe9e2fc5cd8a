namespace Backup.Sql.Syntax;

/// <summary><c>SET LABELS</c>.</summary>
/// <param name="Labels">The new labels.</param>
public sealed record SetPolicyLabels(StringOrPlaceholder Labels) : PolicyChange;
