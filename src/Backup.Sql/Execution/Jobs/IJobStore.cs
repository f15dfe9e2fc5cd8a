namespace Backup.Sql.Execution.Jobs;

/// <summary>
/// Keeps job records. All members may be called concurrently, by several processes where the store is shared.
/// </summary>
public interface IJobStore
{
    /// <summary>Adds a job; it is durable when the call returns.</summary>
    /// <param name="job">The record, version 1.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask CreateAsync(JobRecord job, CancellationToken cancellationToken = default);

    /// <summary>Replaces a record if it still has the version that the caller saw.</summary>
    /// <param name="job">The new record; its version is the expected one plus one.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>False, and nothing changed, if somebody else changed it meanwhile.</returns>
    ValueTask<bool> TryUpdateAsync(JobRecord job, CancellationToken cancellationToken = default);

    /// <summary>Reads one job.</summary>
    /// <param name="id">The job's number.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The record, or null if there is none.</returns>
    ValueTask<JobRecord?> GetAsync(long id, CancellationToken cancellationToken = default);

    /// <summary>Reads all jobs.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The records by number, which is by age.</returns>
    ValueTask<IReadOnlyList<JobRecord>> ListAsync(CancellationToken cancellationToken = default);
}
