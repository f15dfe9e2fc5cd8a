namespace Backup.Sql.Syntax;

/// <summary><c>SHOW REGISTERED BACKUPS</c>.</summary>
/// <param name="Database">Backups of one database; null for all.</param>
/// <param name="Labels">Backups that carry these labels; null for all.</param>
public sealed record ShowRegisteredBackupsStatement(Name? Database, StringOrPlaceholder? Labels) : Statement
{
    /// <inheritdoc/>
    public override string Kind => "SHOW REGISTERED BACKUPS";
}
