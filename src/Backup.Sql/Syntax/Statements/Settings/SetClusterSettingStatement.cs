namespace Backup.Sql.Syntax;

/// <summary><c>SET CLUSTER SETTING</c>.</summary>
/// <param name="Setting">The setting's name.</param>
/// <param name="Value">The value; a bare word stands for its text.</param>
public sealed record SetClusterSettingStatement(ObjectName Setting, Expression Value) : Statement
{
    /// <inheritdoc/>
    public override string Kind => "SET CLUSTER SETTING";
}
