namespace Backup.Sql.Syntax;

/// <summary><c>ALTER BACKUP POLICY</c>.</summary>
/// <param name="Policy">The policy's name.</param>
/// <param name="Change">What is done.</param>
public sealed record AlterPolicyStatement(Name Policy, PolicyChange Change) : Statement
{
    /// <inheritdoc/>
    public override string Kind => "ALTER BACKUP POLICY";
}
