namespace Backup.Sql.Execution.Jobs;

/// <summary>Names of the states and the moves between them.</summary>
internal static class JobStates
{
    /// <summary>The state's name as results show it.</summary>
    /// <param name="state">The state.</param>
    /// <returns>For example <c>cancel-requested</c>.</returns>
    public static string ToText(this JobState state) => state switch
    {
        JobState.Pending => "pending",
        JobState.Running => "running",
        JobState.PauseRequested => "pause-requested",
        JobState.Paused => "paused",
        JobState.CancelRequested => "cancel-requested",
        JobState.Reverting => "reverting",
        JobState.Canceled => "canceled",
        JobState.Failed => "failed",
        JobState.Succeeded => "succeeded",
        _ => "revert-failed",
    };

    /// <summary>True for the states that nothing follows.</summary>
    /// <param name="state">The state.</param>
    /// <returns>True for succeeded, canceled, failed and revert-failed.</returns>
    public static bool IsFinal(this JobState state) =>
        state is JobState.Succeeded or JobState.Canceled or JobState.Failed or JobState.RevertFailed;

    /// <summary>True for the states in which a host works on the job, or must.</summary>
    /// <param name="state">The state.</param>
    /// <returns>False for the final ones, pending and paused.</returns>
    public static bool IsActive(this JobState state) =>
        !state.IsFinal() && state is not (JobState.Pending or JobState.Paused);

    /// <summary>Tells whether a job may go from one state to another.</summary>
    /// <param name="from">Where it is.</param>
    /// <param name="to">Where it would go.</param>
    /// <returns>True if the move exists.</returns>
    public static bool CanMove(JobState from, JobState to) => (from, to) switch
    {
        (JobState.Pending, JobState.Running or JobState.CancelRequested or JobState.Failed) => true,
        (JobState.Running, JobState.PauseRequested or JobState.CancelRequested or JobState.Reverting) => true,
        (JobState.Running, JobState.Succeeded) => true,
        (JobState.PauseRequested, JobState.Paused or JobState.CancelRequested or JobState.Reverting) => true,
        (JobState.PauseRequested, JobState.Succeeded) => true, // the work was done before the request was seen
        (JobState.Paused, JobState.Running or JobState.CancelRequested) => true,
        (JobState.CancelRequested, JobState.Reverting or JobState.Succeeded) => true, // likewise
        (JobState.Reverting, JobState.Canceled or JobState.Failed or JobState.RevertFailed) => true,
        _ => false,
    };
}
