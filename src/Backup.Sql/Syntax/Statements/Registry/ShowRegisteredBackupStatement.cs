namespace Backup.Sql.Syntax;

/// <summary><c>SHOW REGISTERED BACKUP</c>: one backup.</summary>
/// <param name="Backup">Its registered name.</param>
public sealed record ShowRegisteredBackupStatement(StringOrPlaceholder Backup) : Statement
{
    /// <inheritdoc/>
    public override string Kind => "SHOW REGISTERED BACKUP";
}
