using System.Globalization;
using System.Text.Json.Nodes;
using Backup.Sql.Access;
using Backup.Sql.Binding;
using Backup.Sql.Execution.Jobs;
using Backup.Sql.Planning;

namespace Backup.Sql.Sessions;

/// <summary>The rows of SHOW JOBS: the user's own jobs, and with VIEWJOB those of others.</summary>
internal sealed class JobsReport(JobRegistry jobs, Rights rights)
{
    private const int ShortDescription = 100;

    private static readonly TimeSpan FinishedShown = TimeSpan.FromHours(12);

    private static readonly ResultColumn[] Columns =
    [
        new("job_id", ResultType.Int), new("job_type", ResultType.String), new("description", ResultType.String),
        new("statement", ResultType.String), new("user_name", ResultType.String), new("status", ResultType.String),
        new("running_status", ResultType.String), new("created", ResultType.TimestampTz),
        new("started", ResultType.TimestampTz),
        new("finished", ResultType.TimestampTz), new("modified", ResultType.TimestampTz),
        new("fraction_completed", ResultType.Float), new("error", ResultType.String),
        new("coordinator_id", ResultType.Int),
        new("trace_id", ResultType.Int), new("execution_errors", ResultType.StringArray),
    ];

    private static readonly ResultColumn[] DetailColumns =
    [
        .. Columns, new("plan_diagram", ResultType.String), new("per_component_fraction_progressed", ResultType.Json),
        new("available_files", ResultType.StringArray),
    ];

    public async Task<StatementResult> RunAsync(BoundShowJobs show, CancellationToken cancellationToken)
    {
        var chosen = await ChooseAsync(show, cancellationToken).ConfigureAwait(false);
        return ResultSet.Of(
            $"SHOW JOBS {chosen.Count}",
            show.ExecutionDetails ? DetailColumns : Columns,
            chosen.Select(job => Row(job, show)),
            show.Notices);
    }

    private async Task<IReadOnlyList<JobRecord>> ChooseAsync(BoundShowJobs show, CancellationToken cancellationToken)
    {
        if (show.Schedules is { } schedules)
        {
            var runs = await jobs.ListAsync(cancellationToken).ConfigureAwait(false);
            return [.. runs.Where(job => job.Schedule is { } of && schedules.Contains(of))];
        }

        if (show.Ids is null)
        {
            var all = await jobs.ListAsync(cancellationToken).ConfigureAwait(false);
            if (!await rights.HasAsync(Privilege.ViewJob, Securable.System, cancellationToken).ConfigureAwait(false))
                all = [.. all.Where(job => job.User == rights.User)];
            return [.. all.Where(job => !job.State.IsFinal()).OrderBy(job => job.Started ?? DateTimeOffset.MaxValue),
                .. all.Where(job => job.State.IsFinal() && job.Finished > jobs.Now - FinishedShown)
                    .OrderBy(job => job.Finished)];
        }

        var chosen = new List<JobRecord>();
        foreach (var id in show.Ids)
        {
            var job = await jobs.GetAsync(id, cancellationToken).ConfigureAwait(false);
            await rights.RequireOwnerOrAsync(
                job.User, $"job {id}", Privilege.ViewJob, default, cancellationToken).ConfigureAwait(false);
            chosen.Add(show.WhenComplete
                ? await jobs.WaitAsync(id, cancellationToken).ConfigureAwait(false)
                : job);
        }

        return chosen;
    }

    private static object?[] Row(JobRecord job, BoundShowJobs show)
    {
        var description = show.WholeDescription || job.Description.Length <= ShortDescription
            ? job.Description
            : job.Description[..ShortDescription];
        object?[] row =
        [
            job.Id, job.Type, description, job.Statement, job.User, job.State.ToText(), job.RunningStatus, job.Created,
            job.Started, job.Finished, job.Modified, job.FractionCompleted, job.Error, null, null,
            job.Error is null ? Array.Empty<string>() : new[] { job.Error },
        ];
        return show.ExecutionDetails ? [.. row, .. Details(job)] : row;
    }

    /// <summary>
    /// The plan's steps as EXPLAIN prints them, and by their numbers how far each is. Nothing is gathered in files.
    /// </summary>
    private static object?[] Details(JobRecord job)
    {
        if (job.Plan is null)
            return [null, null, Array.Empty<string>()];
        var plan = ExecutionPlan.FromJson(job.Plan);
        var fractions = new JsonObject();
        foreach (var step in plan.Steps)
        {
            var isDone = job.State == JobState.Succeeded || job.StepsDone.Contains(step.Id);
            fractions.Add(step.Id.ToString(CultureInfo.InvariantCulture), isDone ? 1 : 0);
        }

        return [string.Join('\n', PlanText.Lines(plan)), fractions.ToJsonString(), Array.Empty<string>()];
    }
}
