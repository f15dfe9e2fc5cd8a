namespace Backup.Sql.Syntax;

/// <summary>What is done to schedules.</summary>
public enum ScheduleControl
{
    /// <summary>PAUSE.</summary>
    Pause,

    /// <summary>RESUME.</summary>
    Resume,

    /// <summary>DROP.</summary>
    Drop,

    /// <summary>EXECUTE.</summary>
    Execute,
}
