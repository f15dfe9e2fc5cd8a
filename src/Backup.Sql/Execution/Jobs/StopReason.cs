namespace Backup.Sql.Execution.Jobs;

/// <summary>Why a job's turn ends before its work is done.</summary>
internal enum StopReason
{
    /// <summary>It does not, or its work failed.</summary>
    None,

    /// <summary>Somebody asked for it, or gave up waiting: what was written is removed.</summary>
    Cancel,

    /// <summary>Somebody asked for it: what was written stays.</summary>
    Pause,

    /// <summary>The host ends and another one goes on: what was written stays.</summary>
    HandOver,

    /// <summary>The lease is lost: somebody else may be at work on it, and nothing of it may be touched.</summary>
    LostLease,
}
