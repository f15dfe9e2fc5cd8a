namespace Backup.Sql.Execution.Jobs;

/// <summary>Something that happened to a job: a phase began, a part was done.</summary>
/// <param name="Name">What.</param>
/// <param name="Time">When.</param>
internal sealed record JobMark(string Name, DateTimeOffset Time);
