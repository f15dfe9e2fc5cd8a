using System.Collections.Concurrent;
using Backup.Sql.Diagnostics;
using Backup.Sql.State;

namespace Backup.Sql.Execution.Jobs;

/// <summary>
/// What a job does: plans, runs, cleans up after itself. Cancellation means to stop: with nothing left behind, or, as
/// <see cref="JobTurn.KeepsWork"/> says, with what a later turn goes on with.
/// </summary>
internal delegate Task<JobOutcome> JobWork(JobRecord job, JobTurn turn, CancellationToken cancellationToken);

/// <summary>
/// Runs jobs in this process, and keeps their records true: a record is written before its work starts. Other processes
/// may share the records: they ask through them, and take over what nobody renews the lease of.
/// </summary>
internal sealed class JobRegistry
{
    private readonly JobRecords _records;
    private readonly TimeProvider _time;
    private readonly IJobAftermath _aftermath;
    private readonly ConcurrentDictionary<long, JobTurn> _turns = new();

    /// <summary>A registry.</summary>
    /// <param name="records">The records.</param>
    /// <param name="time">The clock.</param>
    /// <param name="aftermath">Sees to what turns that are over have left.</param>
    public JobRegistry(JobRecords records, TimeProvider time, IJobAftermath aftermath)
    {
        _records = records;
        _time = time;
        _aftermath = aftermath;
    }

    public DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>Records a job. It is this host's, which starts it at once.</summary>
    public Task<JobRecord> CreateAsync(
        string type, string description, string statement, string request, string user,
        CancellationToken cancellationToken) =>
        _records.AddAsync(
            NewRecord(type, description, statement, request, user), cancellationToken);

    /// <summary>
    /// Records a job together with what it takes for itself, or nothing of both; asks again when somebody else came
    /// between.
    /// </summary>
    public async Task<JobRecord> CreateAsync(
        string type, string description, string statement, string request, string user,
        Func<long, ValueTask<IReadOnlyList<StateChange>>> claim, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await _records.TryAddAsync(
                NewRecord(type, description, statement, request, user), claim, cancellationToken)
                    .ConfigureAwait(false) is { } job)
                return job;
        }
    }

    /// <summary>Records a run of a schedule together with what else changes by it, or nothing of both.</summary>
    /// <returns>Null when somebody else changed what the run was to change.</returns>
    public Task<JobRecord?> TryCreateScheduledAsync(
        string type, string description, string statement, string request, string user, long schedule,
        Func<long, ValueTask<IReadOnlyList<StateChange>>> together, CancellationToken cancellationToken) =>
        _records.TryAddAsync(
            NewRecord(type, description, statement, request, user) with { Schedule = schedule }, together,
            cancellationToken);

    /// <summary>
    /// Starts a job that was just created, or goes on with one that is paused, and waits until its record says so, so
    /// that whoever is told its number can pause it. The run's task ends with it and gives its last record; it never
    /// fails.
    /// </summary>
    public async Task<JobRun> StartAsync(
        JobRecord job, JobWork work, IProgress<JobProgress>? listener, CancellationToken cancellationToken)
    {
        if (job.State is JobState.Pending or JobState.Paused)
            job = await ClaimAsync(job, cancellationToken).ConfigureAwait(false);
        var turn = new JobTurn(job, _records, _time, listener, cancellationToken);
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        turn.Completion = RunAsync(job, work, turn, start.Task);
        if (!_turns.TryAdd(job.Id, turn))
            throw Errors.JobNotInState(job.Id, "started", JobState.Running.ToText());
        start.SetResult();
        await turn.Started.Task.ConfigureAwait(false);
        return new JobRun(turn.Completion);
    }

    public async Task<IReadOnlyList<JobRecord>> ListAsync(CancellationToken cancellationToken)
    {
        var jobs = await _records.ListAsync(cancellationToken).ConfigureAwait(false);
        return [.. jobs.Select(WithLiveProgress)];
    }

    /// <summary>The record as it is stored; null when there is none.</summary>
    public Task<JobRecord?> FindAsync(long id, CancellationToken cancellationToken) =>
        _records.FindAsync(id, cancellationToken);

    public async Task<JobRecord> GetAsync(long id, CancellationToken cancellationToken) =>
        WithLiveProgress(await _records.GetAsync(id, cancellationToken).ConfigureAwait(false));

    /// <summary>Waits for a pause that was asked for to take effect; gives the job as it is otherwise.</summary>
    public Task<JobRecord> WaitIfPausingAsync(long id, CancellationToken cancellationToken) =>
        WaitAsync(id, job => job.State != JobState.PauseRequested, cancellationToken);

    /// <summary>Waits until the job is in a final state, or paused, whoever works on it.</summary>
    public Task<JobRecord> WaitAsync(long id, CancellationToken cancellationToken) =>
        WaitAsync(id, job => !job.State.IsActive(), cancellationToken);

    public async Task PauseAsync(long id, string? reason, CancellationToken cancellationToken)
    {
        var job = await GetAsync(id, cancellationToken).ConfigureAwait(false);
        if (job.State is JobState.Paused or JobState.PauseRequested)
            return;
        if (job.State != JobState.Running)
            throw Errors.JobNotInState(id, "paused", job.State.ToText());
        await _records.RequestAsync(id, JobState.PauseRequested, j => j with { Error = reason }, cancellationToken)
            .ConfigureAwait(false);
        Stop(id, StopReason.Pause);
    }

    /// <summary>Makes a job another user's.</summary>
    /// <summary>Tells whether another process may still work on a job: its lease has not run out.</summary>
    public async Task<bool> IsAtWorkAsync(long id, CancellationToken cancellationToken)
    {
        var jobs = await _records.ListAsync(cancellationToken).ConfigureAwait(false);
        return jobs.FirstOrDefault(job => job.Id == id) is { } found
            && found.Owner != _records.Host && _records.IsLeased(found);
    }

    public Task ChangeUserAsync(long id, string user, CancellationToken cancellationToken) =>
        _records.ChangeUserAsync(id, user, cancellationToken);

    public async Task CancelAsync(long id, CancellationToken cancellationToken)
    {
        var job = await GetAsync(id, cancellationToken).ConfigureAwait(false);
        if (job.State is JobState.CancelRequested or JobState.Reverting or JobState.Canceled)
            return;
        if (!JobStates.CanMove(job.State, JobState.CancelRequested))
            throw Errors.JobNotInState(id, "canceled", job.State.ToText());
        await _records.RequestAsync(id, JobState.CancelRequested, j => j with { Error = null }, cancellationToken)
            .ConfigureAwait(false);
        // A job of another host hears of it with its next beat; what nobody works on is ended here.
        if (!Stop(id, StopReason.Cancel)
            && await _records.TryClaimAsync(id, JobState.CancelRequested, cancellationToken)
                .ConfigureAwait(false) is { } claimed)
            await EndAbandonedAsync(claimed).ConfigureAwait(false);
    }

    /// <summary>
    /// Takes over the jobs that nobody renews the lease of: those that ran go on, those that were being stopped are
    /// brought to their end. Removes the records of jobs that ended long ago.
    /// </summary>
    /// <param name="work">Goes on with a job.</param>
    /// <param name="retention">How long finished jobs are kept.</param>
    /// <param name="cancellationToken">Ends the call; jobs that were taken over go on.</param>
    /// <returns>The jobs as they were found, and when a lease of another host may run out next.</returns>
    public async Task<(IReadOnlyList<JobRecord> Adopted, DateTimeOffset? NextDue)> AdoptAsync(
        JobWork work, TimeSpan retention, CancellationToken cancellationToken)
    {
        var adopted = new List<JobRecord>();
        DateTimeOffset? due = null;
        foreach (var job in await _records.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            if (job.State.IsFinal() && job.Landing is not null)
                await SettleAsync(job).ConfigureAwait(false);
            if (job.State.IsFinal() && job.Finished + retention <= Now)
                await _records.RemoveAsync(job, cancellationToken).ConfigureAwait(false);
            if (!job.State.IsActive() || _turns.ContainsKey(job.Id))
                continue;
            if (_records.IsLeased(job))
                due = due < job.LeaseUntil ? due : job.LeaseUntil;
            else if (await TryAdoptAsync(job, work, cancellationToken).ConfigureAwait(false))
                adopted.Add(job);
        }

        return (adopted, due);
    }

    /// <summary>
    /// Stops everything that runs and waits for it: for the end of the host. Jobs that outlive the process are left to
    /// the next one.
    /// </summary>
    public async Task StopAllAsync()
    {
        foreach (var id in _turns.Keys)
            Stop(id, _records.Outlive ? StopReason.HandOver : StopReason.Cancel);
        await Task.WhenAll(_turns.Values.Select(turn => turn.Completion)).ConfigureAwait(false);
    }

    private async Task<JobRecord> ClaimAsync(JobRecord job, CancellationToken cancellationToken)
    {
        if (await _records.TryClaimAsync(job.Id, job.State, cancellationToken).ConfigureAwait(false) is null)
            throw Errors.JobNotInState(job.Id, "started", (await GetAsync(job.Id, cancellationToken)
                .ConfigureAwait(false)).State.ToText());
        return await _records.RequestAsync(
            job.Id,
            JobState.Running,
            j => j.Owner == _records.Host
                ? j with { Started = j.Started ?? Now, Error = null }
                : throw Errors.JobTakenOver(job.Id),
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> TryAdoptAsync(JobRecord job, JobWork work, CancellationToken cancellationToken)
    {
        if (await _records.TryClaimAsync(job.Id, job.State, cancellationToken).ConfigureAwait(false) is not { } mine)
            return false;
        switch (mine.State)
        {
            case JobState.Running:
                await StartAsync(mine, work, null, CancellationToken.None).ConfigureAwait(false);
                break;
            case JobState.PauseRequested:
                await _records.MoveOwnAsync(mine.Id, JobState.Paused).ConfigureAwait(false);
                break;
            default:
                await EndAbandonedAsync(mine).ConfigureAwait(false);
                break;
        }

        return true;
    }

    private async Task<JobEnd> RunAsync(JobRecord job, JobWork work, JobTurn turn, Task start)
    {
        await start.ConfigureAwait(false);
        try
        {
            turn.StartHeart();
            turn.Started.TrySetResult();
            var outcome = await work(job, turn, turn.StopToken).ConfigureAwait(false);
            turn.IsDone = true;
            turn.Progress.Finish();
            return new JobEnd(await SucceedAsync(job.Id, outcome, turn.Noted).ConfigureAwait(false));
        }
        catch (Exception error)
        {
            return await EndAsync(job, turn, error).ConfigureAwait(false);
        }
        finally
        {
            turn.Started.TrySetResult();
            _turns.TryRemove(job.Id, out _);
            turn.Dispose();
        }
    }

    // Whatever happens here, the job's task ends: its record, if it cannot be written now, is for whoever adopts it.
    private async Task<JobEnd> EndAsync(JobRecord job, JobTurn turn, Exception error)
    {
        var shown = error as BackupSqlException ?? Errors.Internal(error);
        try
        {
            if (turn.Reason == StopReason.LostLease)
            {
                return new JobEnd(
                    await GetAsync(job.Id, CancellationToken.None).ConfigureAwait(false), Errors.JobTakenOver(job.Id));
            }

            if (turn.IsDone)
                return await EndUnrecordedAsync(job, turn, shown).ConfigureAwait(false);
            if (turn.StopToken.IsCancellationRequested && IsCancellation(error))
                return await EndStoppedAsync(job.Id, turn).ConfigureAwait(false);
            if (shown.SqlState == SqlStates.CredentialMissing)
                return await PauseForAsync(job.Id, shown).ConfigureAwait(false);
            job = await _records.MoveOwnAsync(
                job.Id, JobState.Reverting, j => turn.Noted(j) with { Error = ErrorText(shown) })
                .ConfigureAwait(false);
            return new JobEnd(await RevertAsync(job).ConfigureAwait(false), shown);
        }
        catch (Exception second)
        {
            return new JobEnd(
                job, second is BackupSqlException { SqlState: SqlStates.JobTakenOver } taken ? taken : shown);
        }
    }

    /// <summary>
    /// The work is done, and something after it failed: nothing is taken back. If its end cannot be recorded now
    /// either, the lease runs out, and whoever adopts the job finds it done.
    /// </summary>
    private async Task<JobEnd> EndUnrecordedAsync(JobRecord job, JobTurn turn, BackupSqlException error)
    {
        try
        {
            var now = await _records.GetAsync(job.Id, CancellationToken.None).ConfigureAwait(false);
            if (await _aftermath.FinishAsync(now, CancellationToken.None).ConfigureAwait(false) is { } outcome)
                return new JobEnd(await SucceedAsync(job.Id, outcome, turn.Noted).ConfigureAwait(false));
        }
        catch (BackupSqlException)
        {
            // The first failure is the one to tell of.
        }

        return new JobEnd(job, Errors.JobUnrecorded(job.Id, error));
    }

    private async Task<JobRecord> SucceedAsync(long id, JobOutcome outcome, Func<JobRecord, JobRecord>? noted = null)
    {
        var done = await _records.MoveOwnAsync(
            id, JobState.Succeeded, j => (noted?.Invoke(j) ?? j) with { Outcome = outcome, Error = null })
                .ConfigureAwait(false);
        return done.Landing is null ? done : await SettleAsync(done).ConfigureAwait(false);
    }

    /// <summary>Nobody needs to ask any more how the job ended: its record says so.</summary>
    private async Task<JobRecord> SettleAsync(JobRecord job)
    {
        try
        {
            await _aftermath.SettleAsync(job, CancellationToken.None).ConfigureAwait(false);
            return await _records.SettleAsync(job.Id).ConfigureAwait(false);
        }
        catch (BackupSqlException)
        {
            // The record keeps the note, and the next adoption tries again.
            return job;
        }
    }

    /// <summary>
    /// Brings a job to its end that somebody wanted stopped and whose process died: if it was done before, it is done.
    /// </summary>
    private async Task EndAbandonedAsync(JobRecord job)
    {
        if (job.State == JobState.CancelRequested
            && await FinishedAsync(job).ConfigureAwait(false) is { } outcome)
            await SucceedAsync(job.Id, outcome).ConfigureAwait(false);
        else
            await RevertAsync(job).ConfigureAwait(false);
    }

    /// <summary>What cannot be found out is for the revert to report, which looks again.</summary>
    private async Task<JobOutcome?> FinishedAsync(JobRecord job)
    {
        try
        {
            return await _aftermath.FinishAsync(job, CancellationToken.None).ConfigureAwait(false);
        }
        catch (BackupSqlException)
        {
            return null;
        }
    }

    // Engines that are interrupted say so in their own way.
    private static bool IsCancellation(Exception error) =>
        error is OperationCanceledException or BackupSqlException { SqlState: SqlStates.QueryCanceled };

    private async Task<JobEnd> EndStoppedAsync(long id, JobTurn turn)
    {
        var job = await GetAsync(id, CancellationToken.None).ConfigureAwait(false);
        if (job.State == JobState.PauseRequested)
            return new JobEnd(await _records.MoveOwnAsync(id, JobState.Paused, turn.Noted).ConfigureAwait(false));
        if (turn.Reason == StopReason.HandOver && job.State == JobState.Running)
            return new JobEnd(await _records.ReleaseAsync(id).ConfigureAwait(false), Errors.JobHandedOver(id));
        if (job.State == JobState.Running) // the caller of the statement gave up
            job = await _records.MoveOwnAsync(id, JobState.CancelRequested).ConfigureAwait(false);
        return new JobEnd(await RevertAsync(job, turn).ConfigureAwait(false));
    }

    private async Task<JobEnd> PauseForAsync(long id, BackupSqlException reason)
    {
        await _records.MoveOwnAsync(id, JobState.PauseRequested, j => j with { Error = ErrorText(reason) })
            .ConfigureAwait(false);
        return new JobEnd(await _records.MoveOwnAsync(id, JobState.Paused).ConfigureAwait(false), reason);
    }

    /// <summary>Removes what is left of a job that does not go on. It is this host's.</summary>
    private async Task<JobRecord> RevertAsync(JobRecord job, JobTurn? turn = null)
    {
        if (job.State != JobState.Reverting)
            job = await _records.MoveOwnAsync(job.Id, JobState.Reverting, j => turn?.Noted(j) ?? j)
                .ConfigureAwait(false);
        var failed = job.Error is not null;
        try
        {
            await _aftermath.RevertAsync(job, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            var error = failure as BackupSqlException ?? Errors.Internal(failure);
            return await _records.MoveOwnAsync(
                job.Id, JobState.RevertFailed, j => j with { Error = ErrorText(error) }).ConfigureAwait(false);
        }

        return await _records.MoveOwnAsync(job.Id, failed ? JobState.Failed : JobState.Canceled).ConfigureAwait(false);
    }

    private bool Stop(long id, StopReason reason)
    {
        if (!_turns.TryGetValue(id, out var turn))
            return false;
        turn.Stop(reason);
        return true;
    }

    private async Task<JobRecord> WaitAsync(long id, Func<JobRecord, bool> ended, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_turns.TryGetValue(id, out var turn))
                await turn.Completion.WaitAsync(cancellationToken).ConfigureAwait(false);
            var job = await GetAsync(id, cancellationToken).ConfigureAwait(false);
            if (ended(job) || job.State == JobState.Pending)
                return job;
            // Another process works on it, and tells of it with its beats.
            await Task.Delay(_records.Lease / 6, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    private JobRecord WithLiveProgress(JobRecord job) =>
        _turns.TryGetValue(job.Id, out var turn) && job.State.IsActive()
        ? turn.Noted(job) with
        {
            FractionCompleted = turn.Progress.Fraction,
            RunningStatus = turn.Progress.Phase,
            StepsDone = turn.Progress.StepsDone,
        }
        : job;

    private static string ErrorText(BackupSqlException error) => $"{error.SqlState}: {error.Message}";

    /// <summary>When a job was recorded, as its number tells.</summary>
    public static DateTimeOffset TimeOf(long id) => DateTimeOffset.FromUnixTimeMilliseconds(id >> 22);

    private static JobRecord NewRecord(
        string type, string description, string statement, string request, string user) => new()
    {
        Id = 0,
        Type = type,
        Description = description,
        Statement = statement,
        Request = request,
        User = user,
        Created = default,
        Modified = default,
    };
}
