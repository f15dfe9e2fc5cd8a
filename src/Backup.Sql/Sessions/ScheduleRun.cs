namespace Backup.Sql.Sessions;

/// <summary>What was made of a schedule whose time had come.</summary>
/// <param name="ScheduleId">The schedule, as SHOW SCHEDULES has it.</param>
/// <param name="Label">Its label.</param>
/// <param name="ScheduledFor">The time that it ran for: the last one that had come.</param>
/// <param name="Status">
/// The state of its job, such as <c>succeeded</c>; <c>failed</c> also when it could not start; <c>skipped</c> and
/// <c>waiting</c> when an earlier run was still at work.
/// </param>
public sealed record ScheduleRun(long ScheduleId, string Label, DateTimeOffset ScheduledFor, string Status)
{
    /// <summary>
    /// The first of the times that nobody was there for and that this run makes up for; null for none.
    /// </summary>
    public DateTimeOffset? MissedSince { get; init; }

    /// <summary>Its job; null where there is none.</summary>
    public long? JobId { get; init; }

    /// <summary>Why it failed: code and message; null otherwise.</summary>
    public string? Error { get; init; }
}
