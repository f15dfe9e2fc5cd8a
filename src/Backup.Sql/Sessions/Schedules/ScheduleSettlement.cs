using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Execution;
using Backup.Sql.Execution.Jobs;
using Backup.Sql.Schedules;
using Backup.Sql.State;

namespace Backup.Sql.Sessions.Schedules;

/// <summary>
/// Draws the consequences of runs that have ended: once each, by whichever process looks first, as the schedule's
/// record says what is still open.
/// </summary>
internal sealed class ScheduleSettlement(BackupHost host)
{
    private DateTimeOffset Now => host.Options.TimeProvider.GetUtcNow();

    public async Task SettleAllAsync(CancellationToken cancellationToken)
    {
        var schedules = await host.Schedules.ListAsync(cancellationToken).ConfigureAwait(false);
        foreach (var schedule in schedules.Where(schedule => schedule.Value.Runs.Count > 0))
            await SettleAsync(schedule.Value.Id, cancellationToken).ConfigureAwait(false);
        await ReleaseHoldsAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Accounts for the runs of a schedule that have ended.</summary>
    public async Task SettleAsync(long id, CancellationToken cancellationToken)
    {
        // Again after every change, one's own or another's, until there is nothing left to do.
        while (await host.Schedules.FindAsync(id, cancellationToken).ConfigureAwait(false) is { } seen
            && await NextEndedAsync(seen.Value, cancellationToken).ConfigureAwait(false) is var (run, job))
        {
            var changes = await ConsequencesAsync(seen, run, job, cancellationToken).ConfigureAwait(false);
            if (!await host.Schedules.TryCommitAsync(changes, cancellationToken).ConfigureAwait(false))
                continue;
            if (job is { State: JobState.Succeeded } && seen.Value.UpdatesMetric)
                BackupMetrics.Succeeded(EndOf(job), seen.Value.Id, seen.Value.Label);
            await ReleaseHoldsAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Releases the holds that no schedule names: of chains that are continued no more, of dropped schedules, of runs
    /// that failed. A hold that a running job may still place stays until the job has ended. The others are renewed.
    /// </summary>
    public async Task ReleaseHoldsAsync(CancellationToken cancellationToken)
    {
        var holds = await host.Schedules.ListHoldsAsync(cancellationToken).ConfigureAwait(false);
        if (holds.Count == 0)
            return;
        var schedules = await host.Schedules.ListAsync(cancellationToken).ConfigureAwait(false);
        var needed = schedules.SelectMany(s => s.Value.Runs.Select(run => run.Hold).Append(s.Value.Hold)).ToHashSet();
        foreach (var hold in holds)
        {
            if (needed.Contains(hold.Value.Name))
            {
                await RenewAsync(hold.Value, cancellationToken).ConfigureAwait(false);
                continue;
            }

            if (await host.Jobs.FindAsync(hold.Value.JobId, cancellationToken).ConfigureAwait(false) is { } job
                && !job.State.IsFinal())
                continue;
            if (host.Engines.GetValueOrDefault(hold.Value.Engine) is not IRetentionHolds engine)
                continue; // another process has that engine
            await engine.ReleaseAsync(hold.Value.Name, cancellationToken).ConfigureAwait(false);
            await host.Schedules.TryCommitAsync([host.Schedules.Remove(hold)], cancellationToken)
                .ConfigureAwait(false);
        }
    }

    private async Task RenewAsync(HoldRecord hold, CancellationToken cancellationToken)
    {
        if (host.Engines.GetValueOrDefault(hold.Engine) is not IRetentionHolds engine)
            return;
        try
        {
            await engine.RenewAsync(hold.Name, cancellationToken).ConfigureAwait(false);
        }
        catch (BackupSqlException)
        {
            // A database that cannot be written now is asked again the next time; there is a week for it.
        }
    }

    private async Task<(ScheduledRun Run, JobRecord? Job)?> NextEndedAsync(
        ScheduleRecord schedule, CancellationToken cancellationToken)
    {
        foreach (var run in schedule.Runs)
        {
            var job = await host.Jobs.FindAsync(run.JobId, cancellationToken).ConfigureAwait(false);
            if (job is null || job.State.IsFinal())
                return (run, job);
        }

        return null;
    }

    private async Task<IReadOnlyList<StateChange>> ConsequencesAsync(
        Stored<ScheduleRecord> seen, ScheduledRun run, JobRecord? job, CancellationToken cancellationToken)
    {
        var schedule = seen.Value;
        var partner = schedule.Partner is { } id && !run.IsSuperseded
            ? await host.Schedules.FindAsync(id, cancellationToken).ConfigureAwait(false)
            : null;
        switch (job?.State)
        {
            case JobState.Succeeded:
                var done = schedule.Succeeded(run, EndOf(job));
                var succeeded = host.Schedules.Replace(seen, done with { State = SaidBy(job) ?? done.State });
                return schedule.Role == BackupRole.Full && partner is not null
                    ? [succeeded, host.Schedules.Replace(partner, Continued(partner.Value, run))]
                    : [succeeded];
            case JobState.Failed or JobState.RevertFailed:
                var failed = schedule.Failed(run, $"job {job.Id} failed: {job.Error}", Now);
                return schedule.Role == BackupRole.Incremental && partner is { Value.IsPaused: false }
                    && LostHistory(job)
                    ? [host.Schedules.Replace(seen, Abandoned(failed, job)),
                        host.Schedules.Replace(partner, partner.Value.DueAt(Now, Now))]
                    : [host.Schedules.Replace(seen, failed)];
            case null:
                return [host.Schedules.Replace(seen, schedule.Ended(run, $"job {run.JobId} is no longer on record"))];
            default:
                return [host.Schedules.Replace(seen, schedule.Ended(run, $"job {run.JobId} was canceled"))];
        }
    }

    /// <summary>The incremental schedule goes on with the chain that a full backup has begun.</summary>
    private ScheduleRecord Continued(ScheduleRecord incremental, ScheduledRun full)
    {
        var continued = incremental with { Hold = full.Hold };
        return incremental.AwaitsFull ? continued.Resumed(Now) : continued;
    }

    /// <summary>The chain cannot be continued: a new one is begun at once.</summary>
    private static ScheduleRecord Abandoned(ScheduleRecord incremental, JobRecord job) => incremental.Waiting() with
    {
        Hold = null,
        State = $"waits for a full backup, the chain cannot be continued: job {job.Id} failed: {job.Error}",
    };

    private static bool LostHistory(JobRecord job) =>
        job.Error?.StartsWith(SqlStates.TimeOutOfRange, StringComparison.Ordinal) == true;

    /// <summary>What a run that succeeded has to say all the same; null for nothing.</summary>
    private static string? SaidBy(JobRecord job) => job.Outcome is { Notices: { Count: > 0 } notices }
        ? $"job {job.Id}: {string.Join("; ", notices)}"
        : null;

    private static DateTimeOffset EndOf(JobRecord job) => job.Outcome?.End ?? job.Finished ?? job.Modified;
}
