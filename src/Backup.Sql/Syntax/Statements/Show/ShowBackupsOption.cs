namespace Backup.Sql.Syntax;

/// <summary>The options of SHOW BACKUPS: at most one is given.</summary>
public enum ShowBackupsOption
{
    /// <summary>None.</summary>
    None,

    /// <summary><c>INDEX</c>.</summary>
    Index,

    /// <summary><c>REVISION START TIME</c>.</summary>
    RevisionStartTime,
}
