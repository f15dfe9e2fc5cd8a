namespace Backup.Sql.Syntax;

/// <summary>The two kinds of snapshot jobs.</summary>
public enum SnapshotJob
{
    /// <summary>BACKUP.</summary>
    Backup,

    /// <summary>RESTORE.</summary>
    Restore,
}
