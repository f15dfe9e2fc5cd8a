using Backup.Sql.Execution.Jobs;

namespace Backup.Sql.Sessions.Schedules;

/// <summary>A schedule whose time had come, and what was made of it.</summary>
/// <param name="Run">What there is to tell of it so far.</param>
/// <param name="End">The end of its job; null where there is none.</param>
internal sealed record StartedRun(ScheduleRun Run, Task<JobEnd>? End);
