using System.Text.Json;
using Backup.Sql.Access;
using Backup.Sql.Binding;
using Backup.Sql.Diagnostics;
using Backup.Sql.Execution;
using Backup.Sql.Execution.Jobs;
using Backup.Sql.Sessions.Administration;
using Backup.Sql.Sessions.Expiry;
using Backup.Sql.Sessions.Policies;
using Backup.Sql.Sessions.Registry;
using Backup.Sql.Sessions.Schedules;
using Backup.Sql.Sessions.Snapshots;
using Backup.Sql.State;
using Backup.Sql.Syntax;

namespace Backup.Sql.Sessions;

/// <summary>
/// Sends a bound statement through planning and execution: BACKUP and RESTORE as jobs, the others at once.
/// </summary>
internal sealed class StatementRunner(BackupHost host, string user, IProgress<JobProgress>? progress)
{
    private static readonly ResultColumn[] DetachedColumns = [new("job_id", ResultType.Int)];

    private static readonly ResultColumn[] JobColumns =
    [
        new("job_id", ResultType.Int), new("status", ResultType.String), new("fraction_completed", ResultType.Float),
        new("rows", ResultType.Int), new("index_entries", ResultType.Int), new("bytes", ResultType.Int),
    ];

    private static readonly ResultColumn[] PauseColumns =
    [
        new("pause_start", ResultType.TimestampTz), new("pause_end", ResultType.TimestampTz),
        new("restore_time", ResultType.TimestampTz),
    ];

    private Rights Rights => new(host.Authorizer, user);

    private GrantStatements Grants => new(host.Options.StateStore, host.Roles, host.Authorizer switch
    {
        GrantAuthorizer => null,
        EverybodyIsAdmin => "rights are off on this host: the grants are kept, and count when it turns them on",
        _ => "this host decides about rights by itself: the grants are kept and do not count",
    });

    public async Task<StatementResult> RunAsync(
        Statement statement, BoundStatement bound, CancellationToken cancellationToken) =>
        bound switch
        {
            BoundBackup { Snapshot: not null } or BoundRestore { Snapshot: not null } =>
                await RunSnapshotJobAsync(statement, bound, cancellationToken).ConfigureAwait(false),
            BoundSnapshotStatement snapshot => await new SnapshotStatements(host)
                .RunAsync(statement, snapshot, cancellationToken).ConfigureAwait(false),
            BoundBackup backup => await RunJobAsync(
                statement.Kind, backup.Description, backup.MaskedText, backup, backup.Detached, cancellationToken)
                    .ConfigureAwait(false),
            BoundRestore restore => await RunJobAsync(
                statement.Kind, restore.Description, restore.MaskedText, restore, restore.Detached, cancellationToken)
                    .ConfigureAwait(false),
            BoundDrop drop => await new ExpiryRunner(host, false).RunAsync(drop, cancellationToken)
                .ConfigureAwait(false),
            BoundExplain { Inner: BoundDrop drop } => await new ExpiryRunner(host, true)
                .RunAsync(drop, cancellationToken).ConfigureAwait(false),
            BoundPolicyStatement policy => await new PolicyStatements(host, user).RunAsync(policy, cancellationToken)
                .ConfigureAwait(false),
            BoundRegistryStatement own => await new RegistryStatements(host, false).RunAsync(own, cancellationToken)
                .ConfigureAwait(false),
            BoundExplain { Inner: BoundDropRegistered drop } => await new RegistryStatements(host, true)
                .RunAsync(drop, cancellationToken).ConfigureAwait(false),
            BoundExplain explain => await ExplainAsync(statement, explain, cancellationToken).ConfigureAwait(false),
            BoundShowBackups show => await new BackupsReport(host.Collections).RunAsync(show, cancellationToken)
                .ConfigureAwait(false),
            BoundShowBackup show => await new BackupReport(host, progress)
                .RunAsync(show, cancellationToken).ConfigureAwait(false),
            BoundAlterBackup alter => await new BackupAlteration(host).RunAsync(alter, cancellationToken)
                .ConfigureAwait(false),
            BoundShowJobs show => await new JobsReport(host.Jobs, Rights).RunAsync(show, cancellationToken)
                .ConfigureAwait(false),
            BoundControlJobs control => await ControlAsync(control, cancellationToken).ConfigureAwait(false),
            BoundAlterJobOwner alter => await new JobOwnership(host.Jobs, Rights).RunAsync(alter, cancellationToken)
                .ConfigureAwait(false),
            BoundScheduleStatement schedule => await new ScheduleStatements(host, Rights)
                .RunAsync(schedule, cancellationToken).ConfigureAwait(false),
            BoundGrant grant => await Grants.RunAsync(grant, cancellationToken).ConfigureAwait(false),
            BoundShowGrants show => await Grants.RunAsync(show, cancellationToken).ConfigureAwait(false),
            BoundConnections connections => await new ConnectionStatements(host, Rights)
                .RunAsync(connections, cancellationToken).ConfigureAwait(false),
            BoundSettings settings => await new SettingStatements(host.Settings)
                .RunAsync(settings, cancellationToken).ConfigureAwait(false),
            BoundConfigureZone zone => await new ZoneStatements(host).RunAsync(zone, cancellationToken)
                .ConfigureAwait(false),
            BoundExcludeData exclude => await new ZoneStatements(host).RunAsync(exclude, cancellationToken)
                .ConfigureAwait(false),
            _ => throw Errors.CannotExecute(statement.Kind, default),
        };

    private async Task<StatementResult> ExplainAsync(
        Statement statement, BoundExplain explain, CancellationToken cancellationToken)
    {
        var inner = ((ExplainStatement)statement).Inner;
        var bound = await new SnapshotJobs(host).CompleteAsync(explain.Inner, cancellationToken)
            .ConfigureAwait(false);
        var plan = bound is BoundBackup or BoundRestore
            ? await host.Worker.PlanAsync(bound, estimate: true, cancellationToken).ConfigureAwait(false)
            : null;
        await RestoreRights.RequireAsync(Rights, bound, plan, cancellationToken).ConfigureAwait(false);
        if (bound is BoundDropSnapshot drop)
            await new SnapshotRemoval(host).CheckAsync(drop, cancellationToken).ConfigureAwait(false);
        return ResultSet.Of(
            "EXPLAIN", PlanText.Columns, PlanText.Rows(SqlFormatter.Format(inner), explain.Inner.Effect(), plan),
            plan?.Notices ?? explain.Inner.Notices);
    }

    /// <summary>Starts the job of a snapshot statement, which never waits for it and gives no rows.</summary>
    private async Task<StatementResult> RunSnapshotJobAsync(
        Statement statement, BoundStatement bound, CancellationToken cancellationToken)
    {
        var jobs = new SnapshotJobs(host);
        var complete = await jobs.CompleteAsync(bound, cancellationToken).ConfigureAwait(false);
        await jobs.PrepareAsync(complete, cancellationToken).ConfigureAwait(false);
        var (type, description, masked) = complete switch
        {
            BoundBackup backup => ("BACKUP", backup.Description, backup.MaskedText),
            BoundRestore restore => ("RESTORE", restore.Description, restore.MaskedText),
            _ => throw new InvalidOperationException(complete.GetType().Name),
        };
        var started = await RunJobAsync(
            type, description, masked, complete, detached: true, cancellationToken,
            job => jobs.ClaimAsync(job, complete, cancellationToken)).ConfigureAwait(false);
        return ResultSet.Empty(statement.Kind, started.Notices);
    }

    private async Task<StatementResult> RunJobAsync(
        string kind, string description, string masked, BoundStatement bound, bool detached,
        CancellationToken cancellationToken, Func<long, ValueTask<IReadOnlyList<StateChange>>>? claim = null)
    {
        // What can be refused by planning is refused before a job exists.
        var plan = await host.Worker.PlanAsync(bound, estimate: false, cancellationToken).ConfigureAwait(false);
        await RestoreRights.RequireAsync(Rights, bound, plan, cancellationToken).ConfigureAwait(false);
        var request = JsonSerializer.Serialize(bound, BoundJsonContext.Default.BoundStatement);
        var job = await host.Registry.RegisterAsync(
            bound,
            () => claim is null
                ? host.Jobs.CreateAsync(kind, description, masked, request, user, cancellationToken)
                : host.Jobs.CreateAsync(kind, description, masked, request, user, claim, cancellationToken),
            cancellationToken).ConfigureAwait(false);
        var run = await host.Jobs
            .StartAsync(job, host.Worker.Work(plan), progress, detached ? CancellationToken.None : cancellationToken)
                .ConfigureAwait(false);
        if (detached)
        {
            return ResultSet.Of(kind, DetachedColumns, [[job.Id]], plan.Notices);
        }

        var (done, error) = await run.End.ConfigureAwait(false);
        return done.State switch
        {
            JobState.Succeeded => Succeeded(kind, done, plan.Notices),
            JobState.Paused => throw error ?? Errors.JobPaused(job.Id),
            JobState.Canceled => throw Errors.Cancelled(),
            _ => throw error!,
        };
    }

    private static StatementResult Succeeded(string kind, JobRecord done, IReadOnlyList<string> notices)
    {
        var outcome = done.Outcome!;
        object?[] row =
            [done.Id, done.State.ToText(), 1.0, outcome.Rows, outcome.IndexEntries, outcome.Bytes];
        IReadOnlyList<string> all = [.. notices, .. outcome.Notices];
        return outcome.Pause is not { } pause
            ? ResultSet.Of(kind, JobColumns, [row], all)
            : ResultSet.Of(
                kind,
                [.. JobColumns, .. PauseColumns],
                [
                    [
                        .. row, pause.Start.ToDateTimeOffset(), pause.End.ToDateTimeOffset(),
                        pause.RestoreTime.ToDateTimeOffset(),
                    ],
                ],
                all);
    }

    private async Task<StatementResult> ControlAsync(BoundControlJobs control, CancellationToken cancellationToken)
    {
        var ids = control.Ids ?? await JobsOfTypeAsync(control, cancellationToken).ConfigureAwait(false);
        foreach (var id in ids)
        {
            var job = await host.Jobs.GetAsync(id, cancellationToken).ConfigureAwait(false);
            await Rights.RequireOwnerOrAsync(
                job.User, $"job {id}", Privilege.ControlJob, default, cancellationToken).ConfigureAwait(false);
        }

        foreach (var id in ids)
        {
            await (control.Command switch
            {
                JobCommand.Pause => host.Jobs.PauseAsync(id, control.Reason, cancellationToken),
                JobCommand.Cancel => host.Jobs.CancelAsync(id, cancellationToken),
                _ => ResumeAsync(id, cancellationToken),
            }).ConfigureAwait(false);
        }

        return ResultSet.Empty($"{control.Command.ToString().ToUpperInvariant()} JOBS {ids.Count}");
    }

    private async Task ResumeAsync(long id, CancellationToken cancellationToken)
    {
        var job = await host.Jobs.WaitIfPausingAsync(id, cancellationToken).ConfigureAwait(false);
        if (job.State != JobState.Paused)
            throw Errors.JobNotInState(id, "resumed", job.State.ToText());
        await host.Jobs.StartAsync(job, host.Worker.Work(null), progress, CancellationToken.None).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<long>> JobsOfTypeAsync(
        BoundControlJobs control, CancellationToken cancellationToken)
    {
        var jobs = await host.Jobs.ListAsync(cancellationToken).ConfigureAwait(false);
        return [.. jobs.Where(job => IsMeant(job, control) && CanObey(job.State, control.Command))
            .Select(job => job.Id)];
    }

    private static bool IsMeant(JobRecord job, BoundControlJobs control) => control.Schedules is { } schedules
        ? job.Schedule is { } schedule && schedules.Contains(schedule)
        : job.Type == control.Type;

    private static bool CanObey(JobState state, JobCommand command) => command switch
    {
        JobCommand.Pause => state == JobState.Running,
        JobCommand.Resume => state == JobState.Paused,
        _ => JobStates.CanMove(state, JobState.CancelRequested),
    };
}
