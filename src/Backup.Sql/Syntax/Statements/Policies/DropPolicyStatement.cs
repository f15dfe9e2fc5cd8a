namespace Backup.Sql.Syntax;

/// <summary><c>DROP BACKUP POLICY</c>.</summary>
/// <param name="Policy">The policy's name.</param>
/// <param name="IfExists">True for IF EXISTS.</param>
public sealed record DropPolicyStatement(Name Policy, bool IfExists) : Statement
{
    /// <inheritdoc/>
    public override string Kind => "DROP BACKUP POLICY";
}
