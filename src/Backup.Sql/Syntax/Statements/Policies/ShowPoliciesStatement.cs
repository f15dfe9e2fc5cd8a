namespace Backup.Sql.Syntax;

/// <summary><c>SHOW BACKUP POLICIES</c> and <c>SHOW BACKUP POLICY</c>.</summary>
/// <param name="Policy">The policy's name; null for all.</param>
public sealed record ShowPoliciesStatement(Name? Policy) : Statement
{
    /// <inheritdoc/>
    public override string Kind => "SHOW BACKUP POLICIES";
}
