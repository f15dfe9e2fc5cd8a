namespace Backup.Sql.Execution.Jobs;

/// <summary>The states of a job and the only moves between them (<see cref="JobStates.CanMove"/>).</summary>
internal enum JobState
{
    /// <summary>Recorded, not started.</summary>
    Pending,

    /// <summary>At work.</summary>
    Running,

    /// <summary>Asked to pause; stops at the next opportunity.</summary>
    PauseRequested,

    /// <summary>Stopped, holding nothing open; can be resumed.</summary>
    Paused,

    /// <summary>Asked to cancel.</summary>
    CancelRequested,

    /// <summary>Removing what it made.</summary>
    Reverting,

    /// <summary>Ended by request; nothing is left of it.</summary>
    Canceled,

    /// <summary>Ended by an error; nothing is left of it.</summary>
    Failed,

    /// <summary>Done: the backup is listed, the restore is published.</summary>
    Succeeded,

    /// <summary>Ended by an error, and removing what it made failed too.</summary>
    RevertFailed,
}
