using System.Globalization;
using Backup.Sql.Binding;
using Backup.Sql.Diagnostics;
using Backup.Sql.Schedules;
using Backup.Sql.Storage;

namespace Backup.Sql.Sessions.Schedules;

/// <summary>CREATE SCHEDULE.</summary>
internal sealed class ScheduleCreation(BackupHost host, string user)
{
    private const string Tag = "CREATE SCHEDULE";

    public async Task<StatementResult> RunAsync(BoundCreateSchedule create, CancellationToken cancellationToken)
    {
        var now = host.Options.TimeProvider.GetUtcNow();
        var label = create.Label
            ?? string.Create(CultureInfo.InvariantCulture, $"BACKUP {now.ToUnixTimeSeconds()}");
        if (create.IfNotExists && await ExistsAsync(label, cancellationToken).ConfigureAwait(false))
            return ScheduleRows.Changed(Tag, [], [$"there is a schedule \"{label}\" already: nothing was done"]);
        if (!create.Settings.IgnoreExistingBackups)
            await RefuseUsedCollectionAsync(create, cancellationToken).ConfigureAwait(false);

        IReadOnlyList<ScheduleRecord> made;
        do
        {
            made = Make(create, label, now);
        }
        while (!await host.Schedules
            .TryCommitAsync([.. made.Select(host.Schedules.Add)], cancellationToken).ConfigureAwait(false));
        host.Scheduler.Wake();
        return ScheduleRows.Changed(Tag, made, create.Notices);
    }

    /// <summary>One schedule, or the incremental one and the full one that sets it going.</summary>
    private IReadOnlyList<ScheduleRecord> Make(BoundCreateSchedule create, string label, DateTimeOffset now)
    {
        var id = host.Schedules.NewId(now);
        var settings = create.Settings;
        var first = settings.FirstRun ?? (create.FirstFullNow ? now : create.Full.Next(now));
        var full = new ScheduleRecord
        {
            Id = id,
            Label = label,
            Owner = user,
            Created = now,
            Role = BackupRole.Full,
            Recurrence = create.Full.Text,
            NextRun = first > now ? first : now,
            Backup = ScheduledStatement.Write(create.Backup, BackupRole.Full),
            CurrentDatabase = create.CurrentDatabase,
            OnExecutionFailure = settings.OnExecutionFailure ?? FailurePolicy.Reschedule,
            OnPreviousRunning = settings.OnPreviousRunning ?? OverlapPolicy.Wait,
            UpdatesMetric = settings.UpdatesMetric,
            IgnoresExistingBackups = settings.IgnoreExistingBackups,
        };
        if (create.Incremental is null)
            return [full];
        full = full with { Id = id + 1, Partner = id };
        return [ScheduleAlteration.PartnerOf(full, id, create.Incremental.Text), full];
    }

    private async Task<bool> ExistsAsync(string label, CancellationToken cancellationToken)
    {
        var schedules = await host.Schedules.ListAsync(cancellationToken).ConfigureAwait(false);
        return schedules.Any(schedule => schedule.Value.Label == label);
    }

    private async Task RefuseUsedCollectionAsync(BoundCreateSchedule create, CancellationToken cancellationToken)
    {
        var opened = await host.Collections.OpenAsync(create.DryRun.Collection, null, cancellationToken)
            .ConfigureAwait(false);
        await using var _ = opened.ConfigureAwait(false);
        var backups = await opened.Collection.ListBackupsAsync(cancellationToken).ConfigureAwait(false);
        if (backups.Count > 0)
        {
            throw Errors.CollectionHoldsBackups(
                StoreUri.Parse(LocationList.DefaultOf(create.DryRun.Collection)).ToString(), create.CollectionPlace);
        }
    }
}
