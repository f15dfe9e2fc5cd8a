using Backup.Sql.Access;
using Backup.Sql.Binding;
using Backup.Sql.Diagnostics;
using Backup.Sql.Schedules;
using Backup.Sql.State;
using Backup.Sql.Syntax;

namespace Backup.Sql.Sessions.Schedules;

/// <summary>PAUSE, RESUME, DROP, EXECUTE SCHEDULE(S): all of them, or none.</summary>
internal sealed class ScheduleControls(BackupHost host, Rights rights)
{
    public async Task<StatementResult> RunAsync(BoundControlSchedules control, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < ScheduleAlteration.Attempts; attempt++)
        {
            var schedules = await NamedAsync(control, cancellationToken).ConfigureAwait(false);
            var changes = control.Control == ScheduleControl.Drop
                ? await DropAsync(schedules, cancellationToken).ConfigureAwait(false)
                : [.. schedules.Values.Select(seen => Change(control.Control, seen))];
            if (changes.Count > 0
                && !await host.Schedules.TryCommitAsync(changes, cancellationToken).ConfigureAwait(false))
                continue;
            if (control.Control == ScheduleControl.Drop)
                await host.Scheduler.ReleaseHoldsAsync(cancellationToken).ConfigureAwait(false);
            host.Scheduler.Wake();
            return ResultSet.Empty(
                $"{control.Control.ToString().ToUpperInvariant()} SCHEDULES {schedules.Count}", control.Notices);
        }

        throw Errors.SchedulesChanged();
    }

    private async Task<Dictionary<long, Stored<ScheduleRecord>>> NamedAsync(
        BoundControlSchedules control, CancellationToken cancellationToken)
    {
        var schedules = new Dictionary<long, Stored<ScheduleRecord>>();
        foreach (var id in control.Ids)
        {
            var schedule = await host.Schedules.GetAsync(id, cancellationToken).ConfigureAwait(false);
            await rights.RequireOwnerOrAsync(
                schedule.Value.Owner, $"schedule {id}", Privilege.RepairCluster, default, cancellationToken)
                    .ConfigureAwait(false);
            schedules[id] = schedule;
        }

        return schedules;
    }

    private StateChange Change(ScheduleControl control, Stored<ScheduleRecord> seen)
    {
        var now = host.Options.TimeProvider.GetUtcNow();
        var schedule = seen.Value;
        return host.Schedules.Replace(seen, control switch
        {
            ScheduleControl.Pause => schedule.Paused(),
            ScheduleControl.Resume => schedule.Resumed(now),
            _ when schedule.IsPaused => throw Errors.ScheduleIsPaused(schedule.Id),
            _ => schedule.DueAt(now, now),
        });
    }

    /// <summary>
    /// A full schedule takes its incremental one with it; without its incremental one it goes on alone.
    /// </summary>
    private async Task<List<StateChange>> DropAsync(
        Dictionary<long, Stored<ScheduleRecord>> schedules, CancellationToken cancellationToken)
    {
        var changes = new List<StateChange>();
        foreach (var seen in schedules.Values.ToList())
        {
            if (seen.Value.Partner is not { } id || schedules.ContainsKey(id)
                || await host.Schedules.FindAsync(id, cancellationToken).ConfigureAwait(false) is not { } partner)
                continue;
            if (seen.Value.Role == BackupRole.Full)
                schedules.Add(id, partner);
            else
                changes.Add(host.Schedules.Replace(partner, partner.Value with { Partner = null }));
        }

        return [.. changes, .. schedules.Values.Select(host.Schedules.Remove)];
    }
}
