namespace Backup.Sql.Syntax;

/// <summary><c>KEEP (…)</c>: what the rotation keeps stays, the rest goes.</summary>
/// <param name="Rules">
/// How many of each cycle stay: at least one rule, each cycle once, in the order of the cycles.
/// </param>
public sealed record KeepByRotation(ValueList<RetentionRule> Rules) : ExpiryRule;
