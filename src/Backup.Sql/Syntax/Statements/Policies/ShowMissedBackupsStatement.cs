namespace Backup.Sql.Syntax;

/// <summary><c>SHOW MISSED BACKUPS FOR POLICY</c>.</summary>
/// <param name="Policy">The policy's name.</param>
public sealed record ShowMissedBackupsStatement(Name Policy) : Statement
{
    /// <inheritdoc/>
    public override string Kind => "SHOW MISSED BACKUPS";
}
