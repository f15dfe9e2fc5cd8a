using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Backup.Sql.Binding;
using Backup.Sql.Diagnostics;
using Backup.Sql.Execution.Jobs;
using Backup.Sql.Schedules;
using Backup.Sql.Syntax;

namespace Backup.Sql.Sessions.Schedules;

/// <summary>The rows of SHOW SCHEDULES and SHOW CREATE SCHEDULE.</summary>
internal sealed class ScheduleReport(BackupHost host)
{
    private static readonly ResultColumn[] CommonColumns =
    [
        new("id", ResultType.Int), new("label", ResultType.String), new("schedule_status", ResultType.String),
        new("next_run", ResultType.TimestampTz), new("state", ResultType.String),
        new("recurrence", ResultType.String), new("jobsrunning", ResultType.Int), new("owner", ResultType.String),
        new("created", ResultType.TimestampTz), new("on_previous_running", ResultType.String),
        new("on_execution_failure", ResultType.String),
    ];

    private static readonly ResultColumn[] Columns = [.. CommonColumns, new("command", ResultType.Json)];

    private static readonly ResultColumn[] BackupColumns =
        [.. CommonColumns, new("command", ResultType.String), new("backup_type", ResultType.String)];

    private static readonly ResultColumn[] CreateColumns =
        [new("schedule_id", ResultType.Int), new("create_statement", ResultType.String)];

    /// <summary>For people to read: quotes stay quotes.</summary>
    private static readonly SchedulesJsonContext Json = new(new JsonSerializerOptions
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    });

    public async Task<StatementResult> RunAsync(BoundShowSchedules show, CancellationToken cancellationToken)
    {
        var schedules = await ChooseAsync(show.Id, cancellationToken).ConfigureAwait(false);
        var running = await RunningAsync(cancellationToken).ConfigureAwait(false);
        var isBackup = show.Type == ScheduleType.Backup;
        var rows =
            from schedule in schedules
            where show.Type is ScheduleType.Any or ScheduleType.Backup // other systems schedule other things
            where show.Only == ScheduleState.Any || (show.Only == ScheduleState.Paused) == schedule.IsPaused
            select Row(schedule, schedule.Runs.Count(run => running.Contains(run.JobId)), isBackup);
        var all = rows.ToList();
        return ResultSet.Of(
            $"SHOW SCHEDULES {all.Count}", isBackup ? BackupColumns : Columns, all, show.Notices);
    }

    public async Task<StatementResult> RunAsync(BoundShowCreateSchedule show, CancellationToken cancellationToken)
    {
        var all = (await ChooseAsync(null, cancellationToken).ConfigureAwait(false)).ToDictionary(s => s.Id);
        var chosen = show.Id is { } id
            ? [all.GetValueOrDefault(id) ?? throw Errors.ScheduleNotFound(id)]
            : all.Values.ToList();
        return ResultSet.Of(
            $"SHOW CREATE SCHEDULE {chosen.Count}", CreateColumns,
            chosen.Select(schedule => new object?[] { schedule.Id, CreateStatement(schedule, all) }), show.Notices);
    }

    private static string CreateStatement(ScheduleRecord schedule, Dictionary<long, ScheduleRecord> all)
    {
        var partner = schedule.Partner is { } id ? all.GetValueOrDefault(id) : null;
        return schedule.Role == BackupRole.Full
            ? ScheduledStatement.ShowCreate(schedule, partner)
            : ScheduledStatement.ShowCreate(partner ?? throw Errors.ScheduleWithoutFull(schedule.Id), schedule);
    }

    private async Task<IReadOnlyList<ScheduleRecord>> ChooseAsync(long? id, CancellationToken cancellationToken)
    {
        if (id is { } one)
            return [(await host.Schedules.GetAsync(one, cancellationToken).ConfigureAwait(false)).Value];
        var all = await host.Schedules.ListAsync(cancellationToken).ConfigureAwait(false);
        return [.. all.Select(schedule => schedule.Value)];
    }

    private async Task<HashSet<long>> RunningAsync(CancellationToken cancellationToken)
    {
        var jobs = await host.Jobs.ListAsync(cancellationToken).ConfigureAwait(false);
        return [.. jobs.Where(job => job.Schedule is not null && !job.State.IsFinal()).Select(job => job.Id)];
    }

    private static object?[] Row(ScheduleRecord schedule, int jobsRunning, bool isBackup)
    {
        var command = ScheduledStatement.Show(schedule);
        var type = schedule.Role == BackupRole.Full ? "FULL" : "INCREMENTAL";
        object?[] row =
        [
            schedule.Id, schedule.Label, ScheduleRows.StatusOf(schedule), schedule.NextRun, schedule.State,
            schedule.Recurrence, (long)jobsRunning, schedule.Owner, schedule.Created,
            schedule.OnPreviousRunning switch
            {
                OverlapPolicy.Start => "NO_WAIT",
                OverlapPolicy.Skip => "SKIP",
                _ => "WAIT",
            },
            schedule.OnExecutionFailure switch
            {
                FailurePolicy.Retry => "RETRY_SOON",
                FailurePolicy.Pause => "PAUSE_SCHED",
                _ => "RETRY_SCHED",
            },
        ];
        return isBackup
            ? [.. row, command, type]
            : [.. row, JsonSerializer.Serialize(
                new ScheduleCommand(command, type, schedule.Partner), Json.ScheduleCommand)];
    }
}
