namespace Backup.Sql.Schedules;

/// <summary>A run of a schedule whose end the schedule has not heard of yet.</summary>
/// <param name="JobId">Its job.</param>
/// <param name="ScheduledFor">The time that it runs for.</param>
/// <param name="Hold">The hold on the engine's history that it places or moves; null where there is none.</param>
internal sealed record ScheduledRun(long JobId, DateTimeOffset ScheduledFor, string? Hold)
{
    /// <summary>True when the schedule goes to another collection since: its chain is not continued.</summary>
    public bool IsSuperseded { get; init; }
}
