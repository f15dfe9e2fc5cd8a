namespace Backup.Sql.Syntax;

/// <summary>The states that SHOW SCHEDULES tells apart.</summary>
public enum ScheduleState
{
    /// <summary>Any.</summary>
    Any,

    /// <summary>RUNNING.</summary>
    Running,

    /// <summary>PAUSED.</summary>
    Paused,
}
