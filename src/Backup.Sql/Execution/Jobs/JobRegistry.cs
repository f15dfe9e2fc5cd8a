using System.Collections.Concurrent;
using System.Globalization;
using Backup.Sql.Diagnostics;
using Backup.Sql.State;

namespace Backup.Sql.Execution.Jobs;

/// <summary>
/// What a job does: plans, runs, cleans up after itself; cancellation means to stop and leave nothing behind.
/// </summary>
internal delegate Task<JobOutcome> JobWork(
    JobRecord job, ProgressTracker progress, CancellationToken cancellationToken);

/// <summary>
/// Runs jobs and keeps their records true: a record is written before its work starts, and every change of state is one
/// of the moves that <see cref="JobStates"/> allows.
/// </summary>
internal sealed class JobRegistry(IStateStore store, TimeProvider time, IRandomSource random)
{
    private readonly StateTable<JobRecord> _jobs = new(store, "job", JobJsonContext.Default.JobRecord);

    private readonly ConcurrentDictionary<long, RunningJob> _running = new();
    private long _lastId;

    public async Task<JobRecord> CreateAsync(
        string type, string description, string statement, string request, string user,
        CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var job = new JobRecord
        {
            Id = NextId(now),
            Type = type,
            Description = description,
            Statement = statement,
            Request = request,
            User = user,
            Created = now,
            Modified = now,
        };
        if (!await _jobs.TryAddAsync(KeyOf(job.Id), job, cancellationToken).ConfigureAwait(false))
            throw new InvalidOperationException($"job {job.Id} exists");
        return job;
    }

    /// <summary>
    /// Starts a pending or paused job and waits until its record says so, so that whoever is told its number can pause
    /// it. The run's task ends with it and gives its last record; it never fails.
    /// </summary>
    public async Task<JobRun> StartAsync(
        JobRecord job, JobWork work, IProgress<JobProgress>? listener, CancellationToken cancellationToken)
    {
        var running = new RunningJob(new ProgressTracker(job.Id, time, listener), cancellationToken);
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        running.Completion = RunAsync(job.Id, work, running, start.Task);
        if (!_running.TryAdd(job.Id, running))
            throw Errors.JobNotInState(job.Id, "started", JobState.Running.ToText());
        start.SetResult();
        await running.Started.Task.ConfigureAwait(false);
        return new JobRun(running.Completion);
    }

    public DateTimeOffset Now => time.GetUtcNow();

    public async Task<IReadOnlyList<JobRecord>> ListAsync(CancellationToken cancellationToken)
    {
        var jobs = await _jobs.ListAsync(cancellationToken).ConfigureAwait(false);
        return [.. jobs.Select(job => WithLiveProgress(job.Value))];
    }

    public async Task<JobRecord> GetAsync(long id, CancellationToken cancellationToken) =>
        await FindAsync(id, cancellationToken).ConfigureAwait(false) ?? throw Errors.JobNotFound(id);

    public async Task<JobRecord?> FindAsync(long id, CancellationToken cancellationToken) =>
        await _jobs.FindAsync(KeyOf(id), cancellationToken).ConfigureAwait(false) is { } stored
            ? WithLiveProgress(stored.Value)
            : null;

    /// <summary>Waits for a pause that was asked for to take effect; gives the job as it is otherwise.</summary>
    public async Task<JobRecord> WaitIfPausingAsync(long id, CancellationToken cancellationToken)
    {
        var job = await GetAsync(id, cancellationToken).ConfigureAwait(false);
        return job.State == JobState.PauseRequested ? await WaitAsync(id, cancellationToken)
            .ConfigureAwait(false) : job;
    }

    /// <summary>Waits until the job is in a final state, or paused.</summary>
    public async Task<JobRecord> WaitAsync(long id, CancellationToken cancellationToken)
    {
        if (_running.TryGetValue(id, out var running))
            await running.Completion.WaitAsync(cancellationToken).ConfigureAwait(false);
        return await GetAsync(id, cancellationToken).ConfigureAwait(false);
    }

    public async Task PauseAsync(long id, string? reason, CancellationToken cancellationToken)
    {
        var job = await GetAsync(id, cancellationToken).ConfigureAwait(false);
        if (job.State is JobState.Paused or JobState.PauseRequested)
            return;
        if (job.State != JobState.Running)
            throw Errors.JobNotInState(id, "paused", job.State.ToText());
        await MoveAsync(id, JobState.PauseRequested, j => j with { Error = reason }).ConfigureAwait(false);
        Stop(id);
    }

    public async Task CancelAsync(long id, CancellationToken cancellationToken)
    {
        var job = await GetAsync(id, cancellationToken).ConfigureAwait(false);
        if (job.State is JobState.CancelRequested or JobState.Reverting or JobState.Canceled)
            return;
        if (!JobStates.CanMove(job.State, JobState.CancelRequested))
            throw Errors.JobNotInState(id, "canceled", job.State.ToText());
        await MoveAsync(id, JobState.CancelRequested).ConfigureAwait(false);
        if (!Stop(id))
            await EndCanceledAsync(id).ConfigureAwait(false); // nothing of a paused or pending job is open
    }

    /// <summary>Stops everything that runs and waits for it: for the end of the host.</summary>
    public async Task StopAllAsync()
    {
        foreach (var id in _running.Keys)
            Stop(id);
        await Task.WhenAll(_running.Values.Select(job => job.Completion)).ConfigureAwait(false);
    }

    public Task SavePlanAsync(long id, string plan) => UpdateAsync(id, job => job with { Plan = plan });

    private async Task<JobEnd> RunAsync(long id, JobWork work, RunningJob running, Task start)
    {
        await start.ConfigureAwait(false);
        try
        {
            var job = await MoveAsync(
                id, JobState.Running, j => j with { Started = j.Started ?? time.GetUtcNow(), Error = null })
                    .ConfigureAwait(false);
            running.Started.TrySetResult();
            var outcome = await work(job, running.Progress, running.Stop.Token).ConfigureAwait(false);
            running.Progress.Finish();
            return new JobEnd(await MoveAsync(
                id, JobState.Succeeded, j => j with { Outcome = outcome, Error = null }).ConfigureAwait(false));
        }
        catch (Exception error) when (running.Stop.IsCancellationRequested && IsCancellation(error))
        {
            return new JobEnd(await EndStoppedAsync(id).ConfigureAwait(false));
        }
        catch (Exception error)
        {
            var shown = error as BackupSqlException ?? Errors.Internal(error);
            await MoveAsync(id, JobState.Reverting).ConfigureAwait(false);
            return new JobEnd(
                await MoveAsync(id, JobState.Failed, j => j with { Error = ErrorText(shown) })
                    .ConfigureAwait(false), shown);
        }
        finally
        {
            running.Started.TrySetResult();
            _running.TryRemove(id, out _);
            running.Dispose();
        }
    }

    // Engines that are interrupted say so in their own way.
    private static bool IsCancellation(Exception error) =>
        error is OperationCanceledException or BackupSqlException { SqlState: SqlStates.QueryCanceled };

    private async Task<JobRecord> EndStoppedAsync(long id)
    {
        var job = await GetAsync(id, CancellationToken.None).ConfigureAwait(false);
        if (job.State == JobState.PauseRequested)
            return await MoveAsync(id, JobState.Paused).ConfigureAwait(false);
        if (job.State == JobState.Running)
            await MoveAsync(id, JobState.CancelRequested).ConfigureAwait(false); // the caller of the statement gave up
        return await EndCanceledAsync(id).ConfigureAwait(false);
    }

    private async Task<JobRecord> EndCanceledAsync(long id)
    {
        await MoveAsync(id, JobState.Reverting).ConfigureAwait(false);
        return await MoveAsync(id, JobState.Canceled).ConfigureAwait(false);
    }

    private bool Stop(long id)
    {
        if (!_running.TryGetValue(id, out var running))
            return false;
        running.Cancel();
        return true;
    }

    private Task<JobRecord> MoveAsync(long id, JobState state, Func<JobRecord, JobRecord>? change = null) =>
        UpdateAsync(id, job =>
        {
            if (!JobStates.CanMove(job.State, state))
                throw Errors.JobNotInState(id, "moved to " + state.ToText(), job.State.ToText());
            var moved = job with { State = state, RunningStatus = null };
            if (state.IsFinal())
                moved = moved with { Finished = time.GetUtcNow() };
            if (state == JobState.Succeeded)
                moved = moved with { FractionCompleted = 1 };
            return change is null ? moved : change(moved);
        });

    // Records are changed by whoever asks for a pause and by the job itself.
    private async Task<JobRecord> UpdateAsync(long id, Func<JobRecord, JobRecord> change) =>
        await _jobs.UpdateAsync(
            KeyOf(id),
            job =>
            {
                if (_running.TryGetValue(id, out var running))
                    job = job with { FractionCompleted = running.Progress.Fraction, Marks = running.Progress.Marks };
                return change(job) with { Modified = time.GetUtcNow() };
            },
            CancellationToken.None).ConfigureAwait(false) ?? throw Errors.JobNotFound(id);

    /// <summary>A number's digits, as many for each, so that keys sort like numbers.</summary>
    private static string KeyOf(long id) => id.ToString("D19", CultureInfo.InvariantCulture);

    private JobRecord WithLiveProgress(JobRecord job) => _running.TryGetValue(job.Id, out var running)
        ? job with
        {
            FractionCompleted = running.Progress.Fraction,
            RunningStatus = running.Progress.Phase,
            Marks = running.Progress.Marks,
        }
        : job;

    private static string ErrorText(BackupSqlException error) => $"{error.SqlState}: {error.Message}";

    private long NextId(DateTimeOffset now)
    {
        Span<byte> bits = stackalloc byte[4];
        random.Fill(bits);
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

    /// <summary>A job at work in this process.</summary>
    private sealed class RunningJob(ProgressTracker progress, CancellationToken caller) : IDisposable
    {
        private readonly Lock _gate = new();
        private bool _disposed;

        public ProgressTracker Progress { get; } = progress;

        public CancellationTokenSource Stop { get; } = CancellationTokenSource.CreateLinkedTokenSource(caller);

        public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<JobEnd> Completion { get; set; } = null!; // set before anybody can see the job

        public void Cancel()
        {
            lock (_gate)
            {
                if (!_disposed)
                    Stop.Cancel();
            }
        }

        public void Dispose()
        {
            lock (_gate)
                _disposed = true;
            Stop.Dispose();
        }
    }
}
