using Backup.Sql.Diagnostics;

namespace Backup.Sql.Execution.Jobs;

/// <summary>How a run of a job ended.</summary>
/// <param name="Job">The record as the run left it.</param>
/// <param name="Error">Why it failed; null when it did not.</param>
internal sealed record JobEnd(JobRecord Job, BackupSqlException? Error = null);
