using Backup.Sql.Diagnostics;
using Backup.Sql.Execution.Jobs;
using Backup.Sql.Planning;
using Backup.Sql.Planning.Steps;

namespace Backup.Sql.Execution;

/// <summary>Runs plans in this process.</summary>
internal sealed class PlanRunner(RunContext context) : IJobAftermath
{
    /// <summary>
    /// Runs a plan. When it fails or is cancelled nothing of it is left: no backup that a listing shows, no database or
    /// table that was not there. What a turn keeps for the next one nobody sees either.
    /// </summary>
    public async Task<JobOutcome> RunAsync(
        ExecutionPlan plan, JobTurn turn, CancellationToken cancellationToken)
    {
        Log.Started(context.Logger, plan.Kind, turn.JobId, plan.Steps.Count);
        if (plan.Kind == "BACKUP")
        {
            var run = new BackupRun(context, turn);
            await using var _ = run.ConfigureAwait(false);
            await StepGraph.RunAsync(plan.Steps, Noted(run.RunAsync, turn), cancellationToken).ConfigureAwait(false);
            return run.Outcome;
        }
        else
        {
            var run = new RestoreRun(context, turn);
            await using var _ = run.ConfigureAwait(false);
            await StepGraph.RunAsync(plan.Steps, Noted(run.RunAsync, turn), cancellationToken).ConfigureAwait(false);
            return run.Outcome;
        }
    }

    /// <inheritdoc/>
    public Task<JobOutcome?> FinishAsync(JobRecord job, CancellationToken cancellationToken) =>
        job.Type == "BACKUP"
            ? new SavedWork(context).FinishCommittedAsync(job, cancellationToken)
            : new SavedWork(context).FinishPublishedAsync(job, cancellationToken);

    /// <inheritdoc/>
    public Task RevertAsync(JobRecord job, CancellationToken cancellationToken) =>
        new SavedWork(context).RevertAsync(job, cancellationToken);

    /// <inheritdoc/>
    public Task SettleAsync(JobRecord job, CancellationToken cancellationToken) =>
        new SavedWork(context).ForgetRestoreAsync(job, cancellationToken);

    private static Func<PlanStep, CancellationToken, Task> Noted(
        Func<PlanStep, CancellationToken, Task> run, JobTurn turn) => async (step, cancellationToken) =>
    {
        await run(step, cancellationToken).ConfigureAwait(false);
        turn.Progress.EndStep(step.Id);
    };
}
