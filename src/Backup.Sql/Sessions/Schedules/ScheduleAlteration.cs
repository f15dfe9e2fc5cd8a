using Backup.Sql.Access;
using Backup.Sql.Binding;
using Backup.Sql.Diagnostics;
using Backup.Sql.Schedules;
using Backup.Sql.State;

namespace Backup.Sql.Sessions.Schedules;

/// <summary>ALTER BACKUP SCHEDULE: changes both schedules of a pair at once, whichever was named.</summary>
internal sealed class ScheduleAlteration(BackupHost host, Rights rights)
{
    /// <summary>How often a statement starts again when others change the same schedules.</summary>
    public const int Attempts = 10;

    public async Task<StatementResult> RunAsync(BoundAlterSchedule alter, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var (full, incremental) = await PairAsync(alter.Id, cancellationToken).ConfigureAwait(false);
            await rights.RequireOwnerOrAsync(
                full.Value.Owner, $"schedule {alter.Id}", Privilege.RepairCluster, alter.Place, cancellationToken)
                    .ConfigureAwait(false);
            var (newFull, newIncremental) = Changed(alter, full.Value, incremental?.Value);
            if (newFull.Backup != full.Value.Backup)
                await DryRunAsync(newFull, alter.Place, cancellationToken).ConfigureAwait(false);
            var changes = new List<StateChange> { host.Schedules.Replace(full, newFull) };
            if (incremental is not null)
            {
                changes.Add(newIncremental is null
                    ? host.Schedules.Remove(incremental)
                    : host.Schedules.Replace(incremental, newIncremental));
            }
            else if (newIncremental is not null)
            {
                changes.Add(host.Schedules.Add(newIncremental));
            }

            if (!await host.Schedules.TryCommitAsync(changes, cancellationToken).ConfigureAwait(false))
                continue;
            await host.Scheduler.ReleaseHoldsAsync(cancellationToken).ConfigureAwait(false);
            host.Scheduler.Wake();
            return ScheduleRows.Changed(
                "ALTER BACKUP SCHEDULE", newIncremental is null ? [newFull] : [newIncremental, newFull], alter.Notices);
        }

        throw Errors.SchedulesChanged();
    }

    /// <summary>A new incremental schedule beside a full one.</summary>
    public static ScheduleRecord PartnerOf(ScheduleRecord full, long id, string recurrence) => (full with
    {
        Id = id,
        Role = BackupRole.Incremental,
        Partner = full.Id,
        Recurrence = recurrence,
        Backup = ScheduledStatement.Write(ScheduledStatement.Read(full), BackupRole.Incremental),
        OnPreviousRunning = OverlapPolicy.Wait, // two at once would want the same place in the chain
        LastSuccess = null,
        Runs = [],
    }).Waiting();

    private async Task<(Stored<ScheduleRecord> Full, Stored<ScheduleRecord>? Incremental)> PairAsync(
        long id, CancellationToken cancellationToken)
    {
        var named = await host.Schedules.GetAsync(id, cancellationToken).ConfigureAwait(false);
        var partner = named.Value.Partner is { } other
            ? await host.Schedules.FindAsync(other, cancellationToken).ConfigureAwait(false)
            : null;
        return named.Value.Role == BackupRole.Full
            ? (named, partner)
            : (partner ?? throw Errors.ScheduleWithoutFull(id), named);
    }

    private (ScheduleRecord Full, ScheduleRecord? Incremental) Changed(
        BoundAlterSchedule alter, ScheduleRecord full, ScheduleRecord? incremental)
    {
        var now = host.Options.TimeProvider.GetUtcNow();
        (full, incremental) = WithCadences(alter, full, incremental, now);
        full = WithSettings(alter, full);
        incremental = incremental is null ? null
            : WithSettings(alter, incremental) with { OnPreviousRunning = OverlapPolicy.Wait };
        if (!alter.Collection.IsEmpty)
        {
            // Runs that are under way still go to the old collection; the next full backup begins the new one.
            full = full with { Runs = [.. full.Runs.Select(run => run with { IsSuperseded = true })] };
            incremental = incremental is null or { IsPaused: true, AwaitsFull: false }
                ? incremental
                : incremental.Waiting();
            incremental = incremental is null ? null : incremental with { Hold = null };
        }

        if (alter.Settings.FirstRun is { } first)
            full = Active(full).DueAt(first, now);
        if (alter.ExecuteFull is { } wantsFull)
        {
            if (wantsFull || incremental is null)
                full = Active(full).DueAt(now, now);
            else
                incremental = Active(incremental).DueAt(now, now);
        }

        return (full, incremental);
    }

    private static ScheduleRecord Active(ScheduleRecord schedule) =>
        schedule.IsPaused ? throw Errors.ScheduleIsPaused(schedule.Id) : schedule;

    private (ScheduleRecord Full, ScheduleRecord? Incremental) WithCadences(
        BoundAlterSchedule alter, ScheduleRecord full, ScheduleRecord? incremental, DateTimeOffset now)
    {
        // Of a schedule whose every backup is full RECURRING is the cadence of those.
        var recurrence = alter.Recurrence ?? (incremental ?? full).ReadRecurrence();
        var cadence = alter.FullAlways ? recurrence
            : alter.Full ?? (incremental is null ? recurrence : full.ReadRecurrence());
        if (full.Recurrence != cadence.Text)
            full = full.Recurring(cadence.Text, now);
        if (cadence.Text == recurrence.Text)
            return (full with { Partner = null }, null);
        if (recurrence.AverageInterval >= cadence.AverageInterval)
            throw Errors.IncrementalsTooRare(recurrence.Text, cadence.Text, alter.Place);
        if (incremental is null)
        {
            var id = host.Schedules.NewId(now);
            return (full with { Partner = id }, PartnerOf(full, id, recurrence.Text));
        }

        return (full, incremental.Recurrence == recurrence.Text
            ? incremental
            : incremental.Recurring(recurrence.Text, now));
    }

    private static ScheduleRecord WithSettings(BoundAlterSchedule alter, ScheduleRecord schedule)
    {
        var backup = ScheduledStatement.Read(schedule);
        var options = alter.Options.Aggregate(backup.Options, BackupOptionChanges.Apply);
        backup = backup with { Options = options, Uris = alter.Collection.IsEmpty ? backup.Uris : alter.Collection };
        return schedule with
        {
            Label = alter.Label ?? schedule.Label,
            Backup = ScheduledStatement.Write(backup, schedule.Role),
            OnExecutionFailure = alter.Settings.OnExecutionFailure ?? schedule.OnExecutionFailure,
            OnPreviousRunning = alter.Settings.OnPreviousRunning ?? schedule.OnPreviousRunning,
            UpdatesMetric = alter.Settings.UpdatesMetric || schedule.UpdatesMetric,
        };
    }

    private async Task DryRunAsync(ScheduleRecord schedule, TextPlace place, CancellationToken cancellationToken)
    {
        try
        {
            await ScheduledStatement.BindAsync(host, schedule, null, cancellationToken).ConfigureAwait(false);
        }
        catch (BackupSqlException error)
        {
            throw Errors.ScheduledBackupWouldFail(error, place);
        }
    }
}
