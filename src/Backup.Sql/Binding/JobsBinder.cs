using Backup.Sql.Diagnostics;
using Backup.Sql.Syntax;

namespace Backup.Sql.Binding;

/// <summary>
/// Binds SHOW JOBS, PAUSE, RESUME, CANCEL JOBS and ALTER JOB. Queries have been answered: they are lists of ids here.
/// </summary>
internal sealed class JobsBinder(ValueBinder values)
{
    public BoundShowJobs Bind(ShowJobsStatement statement)
    {
        // The system starts no jobs of its own accord: there are schedules for that, and their jobs are their owners'.
        var schedules = Schedules(statement.Selection, statement.Kind);
        var ids = statement.Selection switch
        {
            null or JobsOfSchedules => null,
            AutomaticJobs => [],
            var selection => Ids(selection, statement.Kind),
        };
        return new BoundShowJobs
        {
            Ids = ids,
            Schedules = schedules,
            WhenComplete = statement.WhenComplete,
            ExecutionDetails = statement.ExecutionDetails,
            WholeDescription = ids is { Count: 1 },
            Notices = statement.ResolvedTimestamp
                ? ["option resolved timestamp has nothing to show: only changefeeds have one, and there are none"]
                : [],
        };
    }

    public BoundAlterJobOwner Bind(AlterJobOwnerStatement statement) =>
        new(values.Id(statement.Job), statement.Owner.Text, ValueBinder.PlaceOf(statement.Job));

    public BoundControlJobs Bind(ControlJobsStatement statement)
    {
        var command = statement.Control switch
        {
            JobControl.Pause => JobCommand.Pause,
            JobControl.Resume => JobCommand.Resume,
            _ => JobCommand.Cancel,
        };
        var bound = new BoundControlJobs(command) { Reason = values.TextOrNull(statement.Reason) };
        if (Schedules(statement.Selection, statement.Kind) is { } schedules)
            return bound with { Schedules = schedules };
        if (statement.Selection is not JobsOfType all)
            return bound with { Ids = Ids(statement.Selection, statement.Kind) };
        return bound with
        {
            // Other systems have changefeeds and imports; asking for theirs finds none.
            Type = all.Type.Text.ToLowerInvariant() switch
            {
                "backup" or "restore" or "changefeed" or "import" => all.Type.Text.ToUpperInvariant(),
                var other =>
                    throw Errors.InvalidOptionValue(
                        "the type of jobs", other, "backup or restore", ValueBinder.PlaceOf(all)),
            },
        };
    }

    private List<long>? Schedules(JobSelection? selection, string statement) => selection is JobsOfSchedules chosen
        ? ScheduleBinder.Ids(values, chosen.Schedules, statement)
        : null;

    private List<long> Ids(JobSelection selection, string statement)
    {
        if (selection is not JobsByQuery { Query: var query })
            throw Errors.CannotExecute($"{statement} of the system", ValueBinder.PlaceOf(selection));
        while (query is ParenthesizedQuery parenthesized)
            query = parenthesized.Inner;
        if (query is not ValuesQuery list)
            throw Errors.CannotExecute($"{statement} with a SELECT", ValueBinder.PlaceOf(query));
        return [.. list.Rows.Select(row => row.Count == 1
            ? values.Id(row[0])
            : throw Errors.InvalidOptionValue(
                "a job", "a row of several values", "one number", ValueBinder.PlaceOf(list)))];
    }
}
