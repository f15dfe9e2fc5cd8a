using System.Globalization;
using System.Text.Json;
using Backup.Sql.Binding;
using Backup.Sql.Diagnostics;
using Backup.Sql.Execution.Jobs;
using Backup.Sql.Planning.Steps;
using Backup.Sql.Schedules;
using Backup.Sql.State;

namespace Backup.Sql.Sessions.Schedules;

/// <summary>Runs one schedule whose time has come.</summary>
internal sealed class ScheduleRunner(BackupHost host)
{
    /// <summary>The status of a run that waits for an earlier one.</summary>
    public const string Waits = "waiting";

    /// <summary>Starts the schedule's backup, in its owner's name.</summary>
    /// <returns>What was made of it; null when another process was faster.</returns>
    public async Task<StartedRun?> StartAsync(
        Stored<ScheduleRecord> due, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var schedule = due.Value;
        var time = schedule.DueTime(now);
        var run = new ScheduleRun(schedule.Id, schedule.Label, time, Waits)
        {
            MissedSince = time > schedule.NextRun ? schedule.NextRun : null,
        };
        if (schedule.OnPreviousRunning != OverlapPolicy.Start
            && await FindAtWorkAsync(schedule, cancellationToken).ConfigureAwait(false) is { } job)
            return await YieldAsync(due, run, job, now, cancellationToken).ConfigureAwait(false);
        try
        {
            return await StartJobAsync(due, run, now, cancellationToken).ConfigureAwait(false);
        }
        catch (BackupSqlException error)
        {
            var reason = $"the run for {ScheduleText.Of(time)} could not start: {error.SqlState}: {error.Message}";
            var failed = schedule.Failed(null, reason, now);
            return await host.Schedules.TryCommitAsync([host.Schedules.Replace(due, failed)], cancellationToken)
                .ConfigureAwait(false)
                ? new StartedRun(run with { Status = "failed", Error = $"{error.SqlState}: {error.Message}" }, null)
                : null;
        }
    }

    private async Task<JobRecord?> FindAtWorkAsync(ScheduleRecord schedule, CancellationToken cancellationToken)
    {
        foreach (var run in schedule.Runs)
        {
            if (await host.Jobs.FindAsync(run.JobId, cancellationToken).ConfigureAwait(false) is { } job
                && !job.State.IsFinal())
                return job;
        }

        return null;
    }

    private async Task<StartedRun?> YieldAsync(
        Stored<ScheduleRecord> due, ScheduleRun run, JobRecord job, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var schedule = due.Value;
        var skips = schedule.OnPreviousRunning == OverlapPolicy.Skip;
        var changed = skips
            ? schedule.Skipped(
                $"left out the run for {ScheduleText.Of(run.ScheduledFor)}: job {job.Id} was still at work", now)
            : schedule with { State = $"waits for job {job.Id} to end" };
        if (changed != schedule
            && !await host.Schedules.TryCommitAsync([host.Schedules.Replace(due, changed)], cancellationToken)
                .ConfigureAwait(false))
            return null;
        return new StartedRun(run with { Status = skips ? "skipped" : Waits }, null);
    }

    /// <summary>
    /// Backs up the time that the run is for; the present where the engine cannot go back so far, or where the chain
    /// has got further already.
    /// </summary>
    private async Task<StartedRun?> StartJobAsync(
        Stored<ScheduleRecord> due, ScheduleRun run, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            return await StartJobAsync(due, run, run.ScheduledFor, now, cancellationToken).ConfigureAwait(false);
        }
        catch (BackupSqlException error) when (error.SqlState == SqlStates.TimeOutOfRange)
        {
            return await StartJobAsync(due, run, null, now, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<StartedRun?> StartJobAsync(
        Stored<ScheduleRecord> due, ScheduleRun run, DateTimeOffset? asOf, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var schedule = due.Value;
        var backup = await ScheduledStatement.BindAsync(host, schedule, asOf, cancellationToken).ConfigureAwait(false);

        // Which hold the run moves is settled before its destination: an increment that is late still goes to the old
        // chain, and must not push the hold of the new one.
        backup = backup with { HandsHoldTo = HoldOf(schedule, now) };
        var plan = await host.Worker.PlanAsync(backup, estimate: false, cancellationToken).ConfigureAwait(false);
        var hold = plan.Steps.OfType<ReleaseStep>().SingleOrDefault()?.HandTo; // none where no history is kept
        backup = backup with { HandsHoldTo = hold };
        var request = JsonSerializer.Serialize(backup, BoundJsonContext.Default.BoundStatement);
        var job = await host.Jobs.TryCreateScheduledAsync(
            "BACKUP", backup.Description, backup.MaskedText, request, schedule.Owner, schedule.Id,
            id => ChangesAsync(due, new ScheduledRun(id, run.ScheduledFor, hold), backup.Engine, now,
                cancellationToken),
            cancellationToken).ConfigureAwait(false);
        if (job is null)
            return null;
        var started = await host.Jobs.StartAsync(job, host.Worker.Work(plan), null, CancellationToken.None)
            .ConfigureAwait(false);
        return new StartedRun(run with { JobId = job.Id, Status = "running" }, started.End);
    }

    private async ValueTask<IReadOnlyList<StateChange>> ChangesAsync(
        Stored<ScheduleRecord> due, ScheduledRun run, string engine, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var changes = new List<StateChange> { host.Schedules.Replace(due, due.Value.Started(run, now)) };
        if (run.Hold is { } hold)
        {
            changes.Add(await host.Schedules
                .WriteHoldAsync(new HoldRecord(hold, engine, run.JobId), cancellationToken).ConfigureAwait(false));
        }

        return changes;
    }

    /// <summary>
    /// The hold that keeps the history which the next incremental backup needs: a full backup places a new one, an
    /// incremental one moves that of its chain.
    /// </summary>
    private string? HoldOf(ScheduleRecord schedule, DateTimeOffset now) => schedule switch
    {
        { Role: BackupRole.Incremental } => schedule.Hold,
        { Partner: { } incremental } => string.Create(
            CultureInfo.InvariantCulture, $"schedule-{incremental}-{host.Schedules.NewId(now)}"),
        _ => null,
    };
}
