namespace Backup.Sql.Execution.Jobs;

/// <summary>A job that has been started.</summary>
/// <param name="End">Ends with the job.</param>
internal sealed record JobRun(Task<JobEnd> End);
