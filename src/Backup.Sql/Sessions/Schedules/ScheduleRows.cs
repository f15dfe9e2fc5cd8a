using Backup.Sql.Schedules;

namespace Backup.Sql.Sessions.Schedules;

/// <summary>The rows with which CREATE and ALTER answer.</summary>
internal static class ScheduleRows
{
    private static readonly ResultColumn[] Columns =
    [
        new("schedule_id", ResultType.Int), new("label", ResultType.String), new("status", ResultType.String),
        new("first_run", ResultType.TimestampTz), new("schedule", ResultType.String),
        new("backup_stmt", ResultType.String),
    ];

    public static StatementResult Changed(
        string tag, IEnumerable<ScheduleRecord> schedules, IReadOnlyList<string>? notices = null) =>
        ResultSet.Of(tag, Columns, schedules.Select(Row), notices);

    public static string StatusOf(ScheduleRecord schedule) => schedule.IsPaused ? "PAUSED" : "ACTIVE";

    private static object?[] Row(ScheduleRecord schedule) =>
    [
        schedule.Id, schedule.Label,
        schedule is { IsPaused: true, State: { } state }
            ? $"{StatusOf(schedule)}: {state}"
            : StatusOf(schedule),
        schedule.NextRun, schedule.Recurrence, ScheduledStatement.Show(schedule),
    ];
}
