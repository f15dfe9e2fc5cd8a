using System.Text.Json;

namespace Backup.Sql.Execution.Jobs;

/// <summary>
/// Job records in memory, gone with the process. They are kept as JSON all the same, so that nothing gets into a record
/// that a durable store could not keep.
/// </summary>
public sealed class MemoryJobStore : IJobStore
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, (long Version, byte[] Json)> _jobs = [];

    /// <inheritdoc/>
    public ValueTask CreateAsync(JobRecord job, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(job);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
            _jobs.Add(job.Id, (job.Version, Write(job)));
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<bool> TryUpdateAsync(JobRecord job, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(job);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (!_jobs.TryGetValue(job.Id, out var current) || current.Version != job.Version - 1)
                return ValueTask.FromResult(false);
            _jobs[job.Id] = (job.Version, Write(job));
            return ValueTask.FromResult(true);
        }
    }

    /// <inheritdoc/>
    public ValueTask<JobRecord?> GetAsync(long id, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
            return ValueTask.FromResult(_jobs.TryGetValue(id, out var job) ? Read(job.Json) : null);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JobRecord>> ListAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
            return ValueTask.FromResult<IReadOnlyList<JobRecord>>([.. _jobs.Values.Select(job => Read(job.Json))]);
    }

    private static byte[] Write(JobRecord job) =>
        JsonSerializer.SerializeToUtf8Bytes(job, JobJsonContext.Default.JobRecord);

    private static JobRecord Read(byte[] json) => JsonSerializer.Deserialize(json, JobJsonContext.Default.JobRecord)!;
}
