namespace Backup.Sql.Schedules;

/// <summary>What a schedule does after a run that failed.</summary>
internal enum FailurePolicy
{
    /// <summary>Runs again at its next time.</summary>
    Reschedule,

    /// <summary>Runs again soon.</summary>
    Retry,

    /// <summary>Pauses.</summary>
    Pause,
}
