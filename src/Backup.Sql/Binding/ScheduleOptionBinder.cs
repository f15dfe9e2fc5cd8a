using Backup.Sql.Diagnostics;
using Backup.Sql.Schedules;
using Backup.Sql.Syntax;

namespace Backup.Sql.Binding;

/// <summary>Reads the options of schedules.</summary>
internal sealed class ScheduleOptionBinder(BindingContext context, ValueBinder values)
{
    /// <summary>Reads options.</summary>
    /// <param name="options">The options; none twice.</param>
    /// <param name="isNew">True for CREATE, which knows one more than ALTER.</param>
    public ScheduleSettings Bind(IReadOnlyList<ScheduleOption> options, bool isNew)
    {
        var settings = new ScheduleSettings();
        var given = new HashSet<string>(StringComparer.Ordinal);
        foreach (var option in options)
        {
            var name = option.Key.Text.ToLowerInvariant();
            if (!given.Add(name))
                throw Errors.GivenTwice($"option {name}", ValueBinder.PlaceOf(option));
            settings = name switch
            {
                "first_run" => settings with { FirstRun = FirstRun(option) },
                "on_execution_failure" => settings with { OnExecutionFailure = OnFailure(option) },
                "on_previous_running" => settings with { OnPreviousRunning = OnPrevious(option) },
                "updates_cluster_last_backup_time_metric" =>
                    settings with { UpdatesMetric = Bare(name, option) },
                "ignore_existing_backups" when isNew =>
                    settings with { IgnoreExistingBackups = Bare(name, option) },
                _ => throw Errors.UnknownScheduleOption(name, ValueBinder.PlaceOf(option)),
            };
        }

        return settings;
    }

    private DateTimeOffset FirstRun(ScheduleOption option)
    {
        var text = values.TextOrNull(option.Value) ?? "";
        if (text.Equals("now", StringComparison.OrdinalIgnoreCase))
            return context.Now;
        return TimeText.TryParseTimestamp(text, out var time)
            ? time
            : throw Unexpected(option, text, "now or a time ('2026-03-09 14:15:03')");
    }

    private FailurePolicy OnFailure(ScheduleOption option)
    {
        var text = values.TextOrNull(option.Value) ?? "";
        return text.ToLowerInvariant() switch
        {
            "retry" => FailurePolicy.Retry,
            "reschedule" => FailurePolicy.Reschedule,
            "pause" => FailurePolicy.Pause,
            _ => throw Unexpected(option, text, "retry, reschedule or pause"),
        };
    }

    private OverlapPolicy OnPrevious(ScheduleOption option)
    {
        var text = values.TextOrNull(option.Value) ?? "";
        return text.ToLowerInvariant() switch
        {
            "start" => OverlapPolicy.Start,
            "skip" => OverlapPolicy.Skip,
            "wait" => OverlapPolicy.Wait,
            _ => throw Unexpected(option, text, "start, skip or wait"),
        };
    }

    private static bool Bare(string name, ScheduleOption option) => option.Value is null
        ? true
        : throw Errors.ScheduleOptionTakesNoValue(name, ValueBinder.PlaceOf(option.Value));

    private static BackupSqlException Unexpected(ScheduleOption option, string value, string expected) =>
        Errors.InvalidOptionValue(
            option.Key.Text.ToLowerInvariant(), value, expected,
            ValueBinder.PlaceOf(option.Value is null ? option : option.Value));
}
