namespace Backup.Sql.Schedules;

/// <summary>What the backups of a schedule are to their chain.</summary>
internal enum BackupRole
{
    /// <summary>Each begins a chain.</summary>
    Full,

    /// <summary>Each goes on top of the newest chain.</summary>
    Incremental,
}
