namespace Backup.Sql.Sessions;

/// <summary>What <see cref="BackupHost.RunDueSchedulesAsync"/> did.</summary>
/// <param name="Runs">The schedules whose time had come, each with what was made of it.</param>
/// <param name="NextDue">When a schedule is due next; null when none is active.</param>
public sealed record DueSchedules(IReadOnlyList<ScheduleRun> Runs, DateTimeOffset? NextDue);
