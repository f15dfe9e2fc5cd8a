using Backup.Sql.Diagnostics;
using Backup.Sql.Schedules;
using Backup.Sql.Syntax;

namespace Backup.Sql.Binding;

/// <summary>Binds the statements about schedules.</summary>
internal sealed class ScheduleBinder(BindingContext context, ValueBinder values)
{
    private static readonly TimeSpan OftenEnoughForDaily = TimeSpan.FromHours(1);
    private static readonly TimeSpan OftenEnoughForWeekly = TimeSpan.FromHours(24);

    private readonly ScheduleOptionBinder _options = new(context, values);
    private readonly BackupSealing _sealing = new(context.Vault, values);

    public async ValueTask<BoundCreateSchedule> BindAsync(
        CreateScheduleStatement statement, CancellationToken cancellationToken)
    {
        if (statement.Options.Detached == false)
            throw Errors.ScheduledBackupsAreDetached(ValueBinder.PlaceOf(statement.Options.SpanOf("detached")));
        var recurrence = Recurrence(statement.Recurrence);
        var (full, incremental) = Cadences(statement, recurrence);
        var settings = await SettingsAsync(statement.ScheduleOptions, isNew: true, cancellationToken)
            .ConfigureAwait(false);
        var backup = new BackupStatement(statement.Targets, new IntoCollection(), statement.Uris)
        {
            Options = statement.Options with { Detached = true },
            Span = statement.Span,
        };
        var dryRun = await DryRunAsync(backup, cancellationToken).ConfigureAwait(false);
        return new BoundCreateSchedule
        {
            Label = values.TextOrNull(statement.Label),
            IfNotExists = statement.IfNotExists,
            Backup = _sealing.Seal(backup),
            DryRun = dryRun,
            Full = full,
            Incremental = incremental,
            FirstFullNow = statement.FullBackup is null && incremental is not null,
            Settings = settings,
            CurrentDatabase = context.CurrentDatabase,
            CollectionPlace = ValueBinder.PlaceOf(statement.Uris[0]),
            Notices = dryRun.Notices,
        };
    }

    public async ValueTask<BoundAlterSchedule> BindAsync(
        AlterScheduleStatement statement, CancellationToken cancellationToken)
    {
        var bound = new BoundAlterSchedule(statement.ScheduleId) { Place = ValueBinder.PlaceOf(statement) };
        var given = new HashSet<string>(StringComparer.Ordinal);
        var options = new List<BackupOptions>();
        var settings = new List<ScheduleOption>();
        foreach (var change in statement.Changes)
        {
            var place = ValueBinder.PlaceOf(change);
            switch (change)
            {
                case SetScheduleLabel label:
                    Once("SET LABEL", place);
                    bound = bound with { Label = values.Text(label.Label) };
                    break;
                case SetScheduleCollection collection:
                    Once("SET INTO", place);
                    _ = await values.LocationAsync(collection.Uris, reading: false, cancellationToken)
                        .ConfigureAwait(false); // refuses what cannot be a collection
                    bound = bound with { Collection = _sealing.Seal(collection.Uris) };
                    break;
                case SetScheduleRecurrence recurrence:
                    Once("SET RECURRING", place);
                    bound = bound with { Recurrence = Recurrence(recurrence.Recurrence) };
                    break;
                case SetScheduleFullBackup full:
                    Once("SET FULL BACKUP", place);
                    bound = full.Cadence.Recurrence is { } text
                        ? bound with { Full = Recurrence(text) }
                        : bound with { FullAlways = true };
                    break;
                case SetScheduleBackupOption option:
                    if (option.Option.Detached is not null)
                        throw Errors.ScheduledBackupsAreDetached(place);
                    options.Add(_sealing.Seal(option.Option));
                    break;
                case SetScheduleOption option:
                    settings.Add(option.Option);
                    break;
                case ExecuteScheduleNow execute:
                    Once("EXECUTE IMMEDIATELY", place);
                    bound = bound with { ExecuteFull = execute.IsFull };
                    break;
            }
        }

        return bound with
        {
            Options = options,
            Settings = await SettingsAsync(settings, isNew: false, cancellationToken).ConfigureAwait(false),
        };

        void Once(string what, TextPlace place)
        {
            if (!given.Add(what))
                throw Errors.GivenTwice(what, place);
        }
    }

    public static BoundShowSchedules Bind(ShowSchedulesStatement statement) =>
        new() { Only = statement.State, Type = statement.Type };

    public BoundShowSchedules Bind(ShowScheduleStatement statement) => new() { Id = Id(values, statement.Schedule) };

    public BoundShowCreateSchedule Bind(ShowCreateScheduleStatement statement) =>
        new(statement.Schedule is { } id ? Id(values, id) : null);

    public BoundControlSchedules Bind(ControlSchedulesStatement statement) =>
        new(statement.Control, Ids(values, statement.Schedules, statement.Kind));

    /// <summary>The numbers of schedules that a query gives.</summary>
    public static List<long> Ids(ValueBinder values, Query query, string statement)
    {
        while (query is ParenthesizedQuery parenthesized)
            query = parenthesized.Inner;
        if (query is not ValuesQuery list)
            throw Errors.CannotExecute($"{statement} with a SELECT", ValueBinder.PlaceOf(query));
        return [.. list.Rows.Select(row => row.Count == 1
            ? Id(values, row[0])
            : throw Errors.InvalidOptionValue(
                "a schedule", "a row of several values", "one number", ValueBinder.PlaceOf(list)))];
    }

    private async ValueTask<ScheduleSettings> SettingsAsync(
        IReadOnlyList<ScheduleOption> options, bool isNew, CancellationToken cancellationToken)
    {
        var settings = _options.Bind(options, isNew);
        if (settings.UpdatesMetric)
        {
            var option = options.First(o => o.Key.Text.StartsWith("updates", StringComparison.OrdinalIgnoreCase));
            await context.Rights.RequireAdminAsync(
                "set updates_cluster_last_backup_time_metric", ValueBinder.PlaceOf(option), cancellationToken)
                    .ConfigureAwait(false);
        }

        return settings;
    }

    private async ValueTask<BoundBackup> DryRunAsync(BackupStatement backup, CancellationToken cancellationToken)
    {
        try
        {
            return await new BackupBinder(context, values).BindAsync(backup, cancellationToken).ConfigureAwait(false);
        }
        catch (BackupSqlException error)
        {
            throw Errors.ScheduledBackupWouldFail(error, ValueBinder.PlaceOf(backup));
        }
    }

    private static (CronExpression Full, CronExpression? Incremental) Cadences(
        CronExpression recurrence, CronExpression full, TextPlace place)
    {
        if (full.Text == recurrence.Text)
            return (full, null);
        return recurrence.AverageInterval < full.AverageInterval
            ? (full, recurrence)
            : throw Errors.IncrementalsTooRare(recurrence.Text, full.Text, place);
    }

    private (CronExpression Full, CronExpression? Incremental) Cadences(
        CreateScheduleStatement statement, CronExpression recurrence)
    {
        if (statement.FullBackup is { Recurrence: { } text })
            return Cadences(recurrence, Recurrence(text), ValueBinder.PlaceOf(text));
        var chosen = statement.FullBackup is not null ? null
            : recurrence.AverageInterval <= OftenEnoughForDaily ? "@daily"
            : recurrence.AverageInterval <= OftenEnoughForWeekly ? "@weekly"
            : null;
        return chosen is null ? (recurrence, null) : (CronExpression.TryParse(chosen)!, recurrence);
    }

    private CronExpression Recurrence(StringOrPlaceholder node)
    {
        var text = values.Text(node);
        return CronExpression.TryParse(text) ?? throw Errors.NotARecurrence(text, ValueBinder.PlaceOf(node));
    }

    private static long Id(ValueBinder values, Expression value) =>
        values.Id(value, "a schedule", "the number that SHOW SCHEDULES shows");
}
