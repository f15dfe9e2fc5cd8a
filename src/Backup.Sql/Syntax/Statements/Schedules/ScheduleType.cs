namespace Backup.Sql.Syntax;

/// <summary>The kinds of schedules that SHOW SCHEDULES tells apart.</summary>
public enum ScheduleType
{
    /// <summary>Any.</summary>
    Any,

    /// <summary>BACKUP.</summary>
    Backup,

    /// <summary>SQL STATISTICS.</summary>
    SqlStatistics,

    /// <summary>CHANGEFEED.</summary>
    Changefeed,
}
