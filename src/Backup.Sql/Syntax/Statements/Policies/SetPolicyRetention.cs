namespace Backup.Sql.Syntax;

/// <summary><c>SET RETAIN</c>.</summary>
/// <param name="Rules">At least one rule, each cycle once, in the order of the cycles.</param>
public sealed record SetPolicyRetention(ValueList<RetentionRule> Rules) : PolicyChange;
