namespace Backup.Sql.Syntax;

/// <summary><c>RESET CLUSTER SETTING</c>.</summary>
/// <param name="Setting">The setting's name.</param>
public sealed record ResetClusterSettingStatement(ObjectName Setting) : Statement
{
    /// <inheritdoc/>
    public override string Kind => "RESET CLUSTER SETTING";
}
