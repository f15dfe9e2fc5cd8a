namespace Backup.Sql.Syntax;

/// <summary><c>SHOW CLUSTER SETTING</c> and <c>SHOW [ALL] CLUSTER SETTINGS</c>.</summary>
/// <param name="Setting">The setting's name; null for several.</param>
/// <param name="IsAll">True when ALL is written.</param>
public sealed record ShowClusterSettingsStatement(ObjectName? Setting, bool IsAll) : Statement
{
    /// <inheritdoc/>
    public override string Kind => "SHOW CLUSTER SETTINGS";
}
