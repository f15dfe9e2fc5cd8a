using System.Text.Json;
using Backup.Sql.Binding;
using Backup.Sql.Collections;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Execution;
using Backup.Sql.Execution.Jobs;
using Backup.Sql.Planning;
using Backup.Sql.Planning.Steps;
using Backup.Sql.Sessions.Registry;
using Backup.Sql.Sessions.Snapshots;

namespace Backup.Sql.Sessions;

/// <summary>The work of jobs: plans what was asked and runs it, in the first turn and in later ones.</summary>
internal sealed class JobWorker(
    PlanningContext planning, PlanRunner runner, BackupRegistry registry, KnownBackups known, Proofs proofs,
    TimeProvider time)
    : IJobAftermath
{
    /// <summary>How often a job is planned when the collection keeps moving under it.</summary>
    private const int PlanningAttempts = 3;

    /// <summary>
    /// The work of a job: runs the plan; when the collection has moved on since, plans again. A later turn brings no
    /// plan.
    /// </summary>
    public JobWork Work(ExecutionPlan? first) => (job, turn, cancellationToken) => SnapshotTimeout.RunAsync(
        BoundOf(job), job, time, token => PlanAndRunAsync(first, job, turn, token), cancellationToken);

    /// <inheritdoc/>
    public async Task<JobOutcome?> FinishAsync(JobRecord job, CancellationToken cancellationToken)
    {
        var outcome = await runner.FinishAsync(job, cancellationToken).ConfigureAwait(false);
        if (outcome is not null)
            await NoteAsync(job, null, outcome).ConfigureAwait(false);
        return outcome;
    }

    /// <inheritdoc/>
    public Task RevertAsync(JobRecord job, CancellationToken cancellationToken) =>
        runner.RevertAsync(job, cancellationToken);

    /// <inheritdoc/>
    public Task SettleAsync(JobRecord job, CancellationToken cancellationToken) =>
        runner.SettleAsync(job, cancellationToken);

    public async Task<ExecutionPlan> PlanAsync(
        BoundStatement bound, bool estimate, CancellationToken cancellationToken) => bound switch
    {
        BoundBackup backup => await new BackupPlanner(planning).PlanAsync(backup, estimate, cancellationToken)
            .ConfigureAwait(false),
        _ => await PlanRestoreAsync((BoundRestore)bound, cancellationToken).ConfigureAwait(false),
    };

    private async Task<ExecutionPlan> PlanRestoreAsync(BoundRestore bound, CancellationToken cancellationToken)
    {
        var restore = await new RegisteredSource(registry).ResolveAsync(bound, cancellationToken).ConfigureAwait(false);
        var plan = await new RestorePlanner(planning).PlanAsync(restore, cancellationToken).ConfigureAwait(false);
        await known.RequireNewestAsync(restore, plan, cancellationToken).ConfigureAwait(false);
        return plan;
    }

    private async Task<JobOutcome> PlanAndRunAsync(
        ExecutionPlan? first, JobRecord job, JobTurn turn, CancellationToken cancellationToken)
    {
        await registry.EnsureAsync(job, BoundOf(job), cancellationToken).ConfigureAwait(false);
        if (first is null && await FinishAsync(job, cancellationToken).ConfigureAwait(false) is { } finished)
            return finished;

        var plan = first;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                plan ??= await PlanAgainAsync(job, turn.Layer, cancellationToken).ConfigureAwait(false);
                await turn.SavePlanAsync(plan.ToJson()).ConfigureAwait(false);
                var outcome = await runner.RunAsync(plan, turn, cancellationToken).ConfigureAwait(false);
                await NoteAsync(job, plan, outcome).ConfigureAwait(false);
                return outcome;
            }
            catch (BackupSqlException error) when (
                error.SqlState == SqlStates.ObjectInUse && attempt < PlanningAttempts)
            {
                plan = null;
            }
        }
    }

    /// <summary>What the job came to is done; nothing takes it back.</summary>
    private async Task NoteAsync(JobRecord job, ExecutionPlan? plan, JobOutcome outcome)
    {
        if (outcome.Backup is { } layer)
            await registry.SucceedAsync(job.Id, layer).ConfigureAwait(false);
        if (plan?.Proves is { } proved
            && plan.Steps.OfType<OpenChainStep>().FirstOrDefault() is { Locations.Count: 0 } open)
            await proofs.NoteAsync(open.Collection, [proved], CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>
    /// Plans a job that was planned before. With an engine that still knows the time at which the layer was begun it
    /// goes on at that time; otherwise it begins a new snapshot, and what is kept is compared with it.
    /// </summary>
    private async Task<ExecutionPlan> PlanAgainAsync(
        JobRecord job, SavedLayer? begun, CancellationToken cancellationToken)
    {
        var bound = BoundOf(job);
        if (begun is not null && bound is BoundBackup { AsOf: null } backup
            && planning.Engines[backup.Engine].Info.Capabilities.HasFlag(EngineCapabilities.TimeTravel))
        {
            try
            {
                return await PlanAsync(backup with { AsOf = begun.End }, estimate: false, cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (BackupSqlException error) when (!error.Transient)
            {
                // Its history is gone, or somebody appended to the chain: then as if it were asked for now.
            }
        }

        return await PlanAsync(bound, estimate: false, cancellationToken).ConfigureAwait(false);
    }

    private static BoundStatement BoundOf(JobRecord job) =>
        JsonSerializer.Deserialize(job.Request, BoundJsonContext.Default.BoundStatement)!;
}
