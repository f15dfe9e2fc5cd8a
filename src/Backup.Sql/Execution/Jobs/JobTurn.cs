using System.Security.Cryptography;
using Backup.Sql.Collections;
using Backup.Sql.Diagnostics;
using Backup.Sql.State;

namespace Backup.Sql.Execution.Jobs;

/// <summary>
/// A job's turn at work in this process: renews its lease, hears what others ask of it, and keeps in its record what
/// the work wants to find again.
/// </summary>
internal sealed class JobTurn : IDisposable
{
    /// <summary>Beats per lease: two may fail before it is lost.</summary>
    private const int BeatsPerLease = 3;

    private readonly JobRecords _records;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop;
    private readonly Lock _gate = new();
    private ITimer? _heart;
    private long _renewed;
    private bool _beating;
    private bool _disposed;

    /// <summary>A turn before it starts.</summary>
    /// <param name="job">The job as it is.</param>
    /// <param name="records">Where its record is.</param>
    /// <param name="time">The clock.</param>
    /// <param name="listener">Hears of its progress; null for nobody.</param>
    /// <param name="caller">Cancels it.</param>
    public JobTurn(
        JobRecord job, JobRecords records, TimeProvider time, IProgress<JobProgress>? listener,
            CancellationToken caller)
    {
        JobId = job.Id;
        Layer = job.Layer;
        Added = job.Added;
        _records = records;
        _time = time;
        _renewed = time.GetTimestamp();
        _stop = CancellationTokenSource.CreateLinkedTokenSource(caller);
        StopToken = _stop.Token;
        Progress = new ProgressTracker(job.Id, time, listener);
    }

    public long JobId { get; }

    public ProgressTracker Progress { get; }

    /// <summary>The layer that an earlier turn began and this one goes on with; null for none.</summary>
    public SavedLayer? Layer { get; private set; }

    /// <summary>What this turn and earlier ones have added to the state store.</summary>
    public IReadOnlyList<AddedEntry> Added { get; private set; }

    /// <summary>
    /// True once nothing can undo the work: if the record cannot be told of it now, whoever adopts the job finds out.
    /// </summary>
    public bool IsDone { get; set; }

    public CancellationToken StopToken { get; }

    public StopReason Reason { get; private set; }

    /// <summary>True when a later turn goes on with what this one has written.</summary>
    public bool KeepsWork => Reason is StopReason.Pause or StopReason.HandOver or StopReason.LostLease;

    /// <summary>Set when the record says that the job runs.</summary>
    public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The turn's end; set before anybody can see the turn.</summary>
    public Task<JobEnd> Completion { get; set; } = null!;

    /// <summary>The record with the times of the phases so far.</summary>
    public JobRecord Noted(JobRecord job) => job with { Marks = Progress.Marks };

    /// <summary>From now on the lease is renewed.</summary>
    public void StartHeart()
    {
        var interval = _records.Lease / BeatsPerLease;
        lock (_gate)
        {
            if (_disposed)
                return;
            _renewed = _time.GetTimestamp();
            _heart = _time.CreateTimer(static turn => _ = ((JobTurn)turn!).BeatAsync(), this, interval, interval);
        }
    }

    /// <summary>Stops the work; the first reason counts.</summary>
    public void Stop(StopReason reason)
    {
        lock (_gate)
        {
            if (_disposed || Reason != StopReason.None)
                return;
            Reason = reason;
            _stop.Cancel();
        }
    }

    /// <summary>
    /// Makes sure, right before what cannot be undone, that the job is still this host's and that nobody wants it
    /// stopped; it then has a whole lease's time.
    /// </summary>
    /// <exception cref="BackupSqlException">55000 the job is somebody else's.</exception>
    /// <exception cref="OperationCanceledException">It is to stop.</exception>
    public ValueTask ConfirmAsync(CancellationToken cancellationToken) => ConfirmAsync(null, cancellationToken);

    /// <inheritdoc cref="ConfirmAsync(CancellationToken)"/>
    /// <param name="landing">What the job comes to if what follows is found to have happened; null for no note.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async ValueTask ConfirmAsync(JobOutcome? landing, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await RenewAsync(cancellationToken, landing).ConfigureAwait(false);
        StopToken.ThrowIfCancellationRequested();
    }

    /// <summary>Keeps the plan that is now run, from its first step.</summary>
    public Task SavePlanAsync(string plan)
    {
        Progress.ForgetSteps();
        return ChangeAsync(job => job with { Plan = plan, StepsDone = [] });
    }

    /// <summary>Keeps what layer is being written; null when there is none any more.</summary>
    public async Task SaveLayerAsync(SavedLayer? layer)
    {
        await ChangeAsync(job => job with { Layer = layer }).ConfigureAwait(false);
        Layer = layer;
    }

    /// <summary>Adds entries to the state store together with the note that this job did.</summary>
    /// <returns>False when somebody else came between.</returns>
    public async ValueTask<bool> TryAddAsync(IReadOnlyList<StateChange> entries, CancellationToken cancellationToken)
    {
        IReadOnlyList<AddedEntry> added =
            [.. Added, .. entries.Select(entry => new AddedEntry(entry.Kind, entry.Key, DigestOf(entry.Value!.Value)))];
        if (!await _records.TryUpdateOwnAsync(JobId, job => job with { Added = added }, entries, cancellationToken)
            .ConfigureAwait(false))
            return false;
        Added = added;
        return true;
    }

    /// <summary>Notes that the entries are gone again.</summary>
    public async Task ForgetAddedAsync()
    {
        await ChangeAsync(job => job with { Added = [] }).ConfigureAwait(false);
        Added = [];
    }

    /// <summary>The digest by which an added entry is told from another one.</summary>
    public static string DigestOf(ReadOnlyMemory<byte> value) =>
        Convert.ToHexStringLower(SHA256.HashData(value.Span));

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _heart?.Dispose();
        }

        _stop.Dispose();
    }

    private async Task BeatAsync()
    {
        lock (_gate)
        {
            if (_beating || _disposed)
                return;
            _beating = true;
        }

        try
        {
            await RenewAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Unless the job is somebody else's, which was noted, the next beat may succeed while the lease lasts.
            if (_time.GetElapsedTime(Volatile.Read(ref _renewed)) >= _records.Lease)
                Stop(StopReason.LostLease);
        }
        finally
        {
            lock (_gate)
                _beating = false;
        }
    }

    private async Task RenewAsync(CancellationToken cancellationToken, JobOutcome? landing = null)
    {
        var job = await ChangeAsync(
            job => Noted(job) with
            {
                FractionCompleted = Progress.Fraction,
                RunningStatus = Progress.Phase,
                StepsDone = Progress.StepsDone,
                Landing = landing ?? job.Landing,
            },
            cancellationToken).ConfigureAwait(false);
        if (job.State == JobState.PauseRequested)
            Stop(StopReason.Pause);
        else if (job.State == JobState.CancelRequested)
            Stop(StopReason.Cancel);
    }

    private async Task<JobRecord> ChangeAsync(
        Func<JobRecord, JobRecord> change, CancellationToken cancellationToken = default)
    {
        var asked = _time.GetTimestamp();
        try
        {
            var job = await _records.UpdateOwnAsync(JobId, change, cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _renewed, asked);
            return job;
        }
        catch (BackupSqlException error) when (error.SqlState is SqlStates.JobTakenOver or SqlStates.UndefinedObject)
        {
            Stop(StopReason.LostLease);
            throw;
        }
    }
}
