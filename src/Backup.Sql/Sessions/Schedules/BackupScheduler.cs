using System.Collections.Concurrent;
using Backup.Sql.Diagnostics;
using Backup.Sql.Execution.Jobs;
using Backup.Sql.Schedules;
using Microsoft.Extensions.Logging;

namespace Backup.Sql.Sessions.Schedules;

/// <summary>
/// Runs what is due. Several processes may do so on one state store: a run's job and the schedule's next time are
/// written in one change, so each time is run once, and a run whose process dies is a job that the next one adopts.
/// What follows from a run's end is done by whoever looks next.
/// </summary>
internal sealed class BackupScheduler(BackupHost host)
{
    /// <summary>How long a process may not know of what others have changed.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    /// <summary>How long a snapshot may stay after its time is up: looking means listing every repository.</summary>
    private static readonly TimeSpan BetweenExpiries = TimeSpan.FromMinutes(10);

    private readonly ScheduleRunner _runner = new(host);
    private readonly ScheduleSettlement _settlement = new(host);
    private readonly ConcurrentDictionary<Task, bool> _atWork = new();
    private readonly ILogger _logger = host.Options.LoggerFactory.CreateLogger("Backup.Sql.Schedules");
    private TaskCompletionSource _wake = NewWake();
    private long? _expired;

    private TimeProvider Time => host.Options.TimeProvider;

    /// <summary>Lets the loop look again: schedules have changed.</summary>
    public void Wake() => Volatile.Read(ref _wake).TrySetResult();

    /// <summary>Runs what is due now and waits for it.</summary>
    public async Task<DueSchedules> RunDueAsync(CancellationToken cancellationToken)
    {
        var runs = new List<ScheduleRun>();
        bool again;
        do
        {
            (var started, again) = await StartDueAsync(cancellationToken).ConfigureAwait(false);
            foreach (var run in started)
                runs.Add(await run.WaitAsync(cancellationToken).ConfigureAwait(false));
        }
        while (again);
        return new DueSchedules(runs, await NextDueAsync(cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Runs what comes due until it is cancelled; runs that are at work then go on.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Task? chores = null;
        while (!cancellationToken.IsCancellationRequested)
        {
            var wake = NewWake();
            Volatile.Write(ref _wake, wake);
            var pause = LongestPause;
            try
            {
                await StartDueAsync(cancellationToken).ConfigureAwait(false);
                chores = chores is null or { IsCompleted: true } ? StartChores(cancellationToken) : chores;
                var next = await NextDueAsync(cancellationToken).ConfigureAwait(false) - Time.GetUtcNow();
                pause = next < LongestPause ? next.Value : LongestPause;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                // The next look may find the state store well again; a scheduler that has died nobody notices.
                Log.SchedulerFailed(_logger, error);
            }

            await PauseAsync(pause, wake.Task, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Releases the holds on history that no schedule needs any more.</summary>
    public Task ReleaseHoldsAsync(CancellationToken cancellationToken) =>
        _settlement.ReleaseHoldsAsync(cancellationToken);

    /// <summary>
    /// Waits until what follows from the runs of this process is done, for the end of the host. What fails of it is
    /// done by whoever looks next.
    /// </summary>
    public async Task DrainAsync() =>
        await Task.WhenAll(_atWork.Keys).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>
    /// Runs the policies that are due and removes snapshots whose time is up, beside the schedules: these wait for what
    /// they begin, schedules do not. They are looked at as often as the loop goes round.
    /// </summary>
    private Task StartChores(CancellationToken cancellationToken) =>
        Track(Task.Run(() => RunChoresAsync(cancellationToken), CancellationToken.None));

    private async Task RunChoresAsync(CancellationToken cancellationToken)
    {
        try
        {
            await host.RunDuePoliciesAsync(cancellationToken).ConfigureAwait(false);
            if (_expired is { } last && Time.GetElapsedTime(last) < BetweenExpiries)
                return;
            _expired = Time.GetTimestamp();
            await host.DropExpiredSnapshotsAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (BackupSqlException error)
        {
            Log.SchedulerFailed(_logger, error);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The loop ends; the backups that were started go on.
        }
    }

    /// <summary>Starts what is due.</summary>
    /// <returns>The runs, and whether there is more to start when they have ended.</returns>
    private async Task<(IReadOnlyList<Task<ScheduleRun>> Runs, bool HasMore)> StartDueAsync(
        CancellationToken cancellationToken)
    {
        await _settlement.SettleAllAsync(cancellationToken).ConfigureAwait(false);
        var now = Time.GetUtcNow();
        var due =
            from schedule in await host.Schedules.ListAsync(cancellationToken).ConfigureAwait(false)
            where schedule.Value.IsDue(now)

            // An increment closes the old chain before the full backup of the same time begins the next.
            orderby schedule.Value.DueTime(now), schedule.Value.Role descending, schedule.Value.Id
            select schedule;
        var runs = new List<Task<ScheduleRun>>();
        var begun = new HashSet<long>();
        var hasMore = false;
        foreach (var schedule in due.ToList())
        {
            // After a downtime both of a pair are due, the full one for an earlier time: its increment comes after it.
            if (schedule.Value is { Role: BackupRole.Incremental, Partner: { } full } && begun.Contains(full))
            {
                hasMore = true;
                continue;
            }

            begun.Add(schedule.Value.Id);
            if (await _runner.StartAsync(schedule, now, cancellationToken).ConfigureAwait(false) is { } run)
                runs.Add(Track(SettleAsync(run)));
            else
                hasMore = true; // somebody else ran it, or only changed its record
        }

        return (runs, hasMore);
    }

    private async Task<ScheduleRun> SettleAsync(StartedRun started)
    {
        var run = started.Run;
        if (started.End is { } end)
        {
            var job = (await end.ConfigureAwait(false)).Job;
            await _settlement.SettleAsync(run.ScheduleId, CancellationToken.None).ConfigureAwait(false);
            run = run with { Status = job.State.ToText(), Error = job.Error };
            Wake(); // an incremental schedule may have been set going
        }

        if (run.Status == ScheduleRunner.Waits)
            return run; // and looks again soon
        Log.ScheduleRan(_logger, run.ScheduleId, run.Label, run.ScheduledFor, run.Status, run.JobId);
        if (run.MissedSince is { } since)
            Log.RunsMissed(_logger, run.ScheduleId, run.Label, since, run.ScheduledFor);
        return run;
    }

    private T Track<T>(T task)
        where T : Task
    {
        _atWork.TryAdd(task, true);
        _ = task.ContinueWith(
            (done, _) => _atWork.TryRemove(done, out var _), null, CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return task;
    }

    private async Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken)
    {
        var now = Time.GetUtcNow();
        var schedules = await host.Schedules.ListAsync(cancellationToken).ConfigureAwait(false);
        // What is due and did not run waits for an earlier run.
        return schedules.Min(s => s.Value.NextRun <= now ? now + LongestPause : s.Value.NextRun);
    }

    private async Task PauseAsync(TimeSpan pause, Task wake, CancellationToken cancellationToken)
    {
        if (pause <= TimeSpan.Zero)
            return;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(wake, Task.Delay(pause, Time, over.Token)).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
    }

    private static TaskCompletionSource NewWake() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
