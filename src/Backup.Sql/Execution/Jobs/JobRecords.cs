using System.Globalization;
using Backup.Sql.Diagnostics;
using Backup.Sql.State;

namespace Backup.Sql.Execution.Jobs;

/// <summary>
/// The records of jobs. Every change of state is one of the moves that <see cref="JobStates"/> allows; what belongs to
/// the work is written by the owner of the lease alone.
/// </summary>
internal sealed class JobRecords
{
    private readonly IStateStore _store;
    private readonly StateTable<JobRecord> _jobs;
    private readonly TimeProvider _time;
    private readonly IRandomSource _random;
    private long _lastId;

    /// <summary>The records of a store.</summary>
    /// <param name="store">Where they are.</param>
    /// <param name="time">The clock of leases.</param>
    /// <param name="random">Gives ids.</param>
    /// <param name="lease">How long a lease lasts.</param>
    public JobRecords(IStateStore store, TimeProvider time, IRandomSource random, TimeSpan lease)
    {
        _store = store;
        _jobs = new StateTable<JobRecord>(store, "job", JobJsonContext.Default.JobRecord);
        _time = time;
        _random = random;
        Lease = lease;
        var id = new byte[16];
        random.Fill(id);
        Host = Convert.ToHexStringLower(id);
    }

    /// <summary>Names this host among those that share the store.</summary>
    public string Host { get; }

    /// <summary>How long a lease lasts without being renewed.</summary>
    public TimeSpan Lease { get; }

    /// <summary>True when jobs are still there after the process.</summary>
    public bool Outlive => _store.OutlivesProcess;

    public DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>Records a job that this host is about to run.</summary>
    /// <param name="job">The job; its number, times and owner are filled in.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<JobRecord> AddAsync(JobRecord job, CancellationToken cancellationToken)
    {
        job = Started(job);
        if (!await _jobs.TryAddAsync(KeyOf(job.Id), job, cancellationToken).ConfigureAwait(false))
            throw new InvalidOperationException($"job {job.Id} exists");
        return job;
    }

    /// <summary>
    /// Records a job that this host is about to run, together with other changes, or nothing of both.
    /// </summary>
    /// <param name="job">The job; its number, times and owner are filled in.</param>
    /// <param name="together">The other changes, told the job's number.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Null when one of the other entries was changed by somebody else.</returns>
    public async Task<JobRecord?> TryAddAsync(
        JobRecord job, Func<long, ValueTask<IReadOnlyList<StateChange>>> together, CancellationToken cancellationToken)
    {
        job = Started(job);
        var others = await together(job.Id).ConfigureAwait(false);
        return await _store.TryCommitAsync([_jobs.Add(KeyOf(job.Id), job), .. others], cancellationToken)
            .ConfigureAwait(false) ? job : null;
    }

    public async Task<JobRecord?> FindAsync(long id, CancellationToken cancellationToken) =>
        (await _jobs.FindAsync(KeyOf(id), cancellationToken).ConfigureAwait(false))?.Value;

    public async Task<JobRecord> GetAsync(long id, CancellationToken cancellationToken) =>
        await FindAsync(id, cancellationToken).ConfigureAwait(false) ?? throw Errors.JobNotFound(id);

    public async Task<IReadOnlyList<JobRecord>> ListAsync(CancellationToken cancellationToken)
    {
        var jobs = await _jobs.ListAsync(cancellationToken).ConfigureAwait(false);
        return [.. jobs.Select(job => job.Value)];
    }

    /// <summary>Tells whether a host is at work on a job, as far as its record says.</summary>
    public bool IsLeased(JobRecord job) => job.Owner is not null && job.LeaseUntil > Now;

    /// <summary>Takes a job whose lease ran out, or that nobody had.</summary>
    /// <param name="id">The job.</param>
    /// <param name="state">The state that it must be in.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The record; null when somebody else was faster or the job is not in that state.</returns>
    public async Task<JobRecord?> TryClaimAsync(long id, JobState state, CancellationToken cancellationToken)
    {
        if (await _jobs.FindAsync(KeyOf(id), cancellationToken).ConfigureAwait(false) is not { } seen
            || seen.Value.State != state || IsLeased(seen.Value))
            return null;
        var claimed = Own(seen.Value with { Modified = Now });
        return await _jobs.TryReplaceAsync(seen, claimed, cancellationToken).ConfigureAwait(false) ? claimed : null;
    }

    /// <summary>Removes a job's record, if it is still as it was.</summary>
    public async Task RemoveAsync(JobRecord job, CancellationToken cancellationToken)
    {
        if (await _jobs.FindAsync(KeyOf(job.Id), cancellationToken).ConfigureAwait(false) is { } seen
            && seen.Value.State == job.State)
            await _jobs.TryRemoveAsync(seen, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Changes the record of a job that this host works on, and renews the lease.</summary>
    /// <exception cref="BackupSqlException">55000 the job is somebody else's.</exception>
    public Task<JobRecord> UpdateOwnAsync(
        long id, Func<JobRecord, JobRecord> change, CancellationToken cancellationToken = default) =>
        UpdateAsync(
            id,
            job => IsOwn(job) ? change(Own(job)) : throw Errors.JobTakenOver(id),
            cancellationToken);

    /// <summary>
    /// Changes the record of a job that this host works on together with other entries, or nothing of both.
    /// </summary>
    /// <returns>False when somebody else came between.</returns>
    /// <exception cref="BackupSqlException">55000 the job is somebody else's.</exception>
    public async ValueTask<bool> TryUpdateOwnAsync(
        long id, Func<JobRecord, JobRecord> change, IReadOnlyList<StateChange> together,
        CancellationToken cancellationToken)
    {
        if (await _jobs.FindAsync(KeyOf(id), cancellationToken).ConfigureAwait(false) is not { } seen
            || !IsOwn(seen.Value))
            throw Errors.JobTakenOver(id);
        var changed = change(Own(seen.Value)) with { Modified = Now };
        return await _store.TryCommitAsync([_jobs.Replace(seen, changed), .. together], cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Notes that the engines know what the record says of a job that has ended.</summary>
    public Task<JobRecord> SettleAsync(long id) => UpdateAsync(
        id, job => job.Landing is null ? job : job with { Landing = null }, CancellationToken.None);

    /// <summary>Moves a job that this host works on. Where nothing is left to do the lease ends.</summary>
    public Task<JobRecord> MoveOwnAsync(long id, JobState state, Func<JobRecord, JobRecord>? change = null) =>
        UpdateOwnAsync(id, job => Moved(job, state, change));

    /// <summary>Moves any job: a request to whoever works on it.</summary>
    public Task<JobRecord> RequestAsync(
        long id, JobState state, Func<JobRecord, JobRecord> change, CancellationToken cancellationToken) =>
        UpdateAsync(id, job => Moved(job, state, change), cancellationToken);

    /// <summary>Makes a job, whoever works on it, another user's.</summary>
    public Task<JobRecord> ChangeUserAsync(long id, string user, CancellationToken cancellationToken) =>
        UpdateAsync(id, job => job with { User = user }, cancellationToken);

    /// <summary>Ends the lease of a job that goes on elsewhere.</summary>
    public Task<JobRecord> ReleaseAsync(long id) =>
        UpdateOwnAsync(id, job => job with { Owner = null, LeaseUntil = null, RunningStatus = null });

    private JobRecord Started(JobRecord job)
    {
        var now = Now;
        return Own(job with { Id = NextId(now), State = JobState.Running, Created = now, Started = now,
            Modified = now });
    }

    private bool IsOwn(JobRecord job) => job.Owner == Host && job.State.IsActive();

    private JobRecord Own(JobRecord job) => job with { Owner = Host, LeaseUntil = Now + Lease };

    private JobRecord Moved(JobRecord job, JobState state, Func<JobRecord, JobRecord>? change)
    {
        if (!JobStates.CanMove(job.State, state))
            throw Errors.JobNotInState(job.Id, "moved to " + state.ToText(), job.State.ToText());
        var moved = job with { State = state, RunningStatus = null };
        if (!state.IsActive())
            moved = moved with { Owner = null, LeaseUntil = null };
        if (state.IsFinal())
            moved = moved with { Finished = Now, Layer = null };
        if (state == JobState.Succeeded)
            moved = moved with { FractionCompleted = 1 };
        return change is null ? moved : change(moved);
    }

    private async Task<JobRecord> UpdateAsync(
        long id, Func<JobRecord, JobRecord> change, CancellationToken cancellationToken) =>
        await _jobs.UpdateAsync(KeyOf(id), job => change(job) with { Modified = Now }, cancellationToken)
            .ConfigureAwait(false) ?? throw Errors.JobNotFound(id);

    /// <summary>A number's digits, as many for each, so that keys sort like numbers.</summary>
    private static string KeyOf(long id) => id.ToString("D19", CultureInfo.InvariantCulture);

    private long NextId(DateTimeOffset now)
    {
        Span<byte> bits = stackalloc byte[4];
        _random.Fill(bits);
        var id = (now.ToUnixTimeMilliseconds() << 22) | (BitConverter.ToUInt32(bits) & 0x3FFFFF);
        // Two jobs of one millisecond may draw the same bits.
        long last;
        do
        {
            last = Interlocked.Read(ref _lastId);
            if (id <= last && last - id < 0x400000)
                id = last + 1;
        }
        while (Interlocked.CompareExchange(ref _lastId, id, last) != last);
        return id;
    }
}
