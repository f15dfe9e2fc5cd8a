using Backup.Sql.Diagnostics;
using Backup.Sql.Execution.Jobs;
using Backup.Sql.Planning;
using Backup.Sql.Planning.Steps;

namespace Backup.Sql.Execution;

/// <summary>Runs plans in this process.</summary>
internal sealed class PlanRunner(RunContext context)
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

    /// <summary>Ends a backup that an earlier turn has committed; gives null where none has.</summary>
    public Task<JobOutcome?> FinishCommittedAsync(JobRecord job, CancellationToken cancellationToken) =>
        new SavedWork(context).FinishCommittedAsync(job, cancellationToken);

    /// <summary>Removes what the turns of a job have left.</summary>
    public Task RevertAsync(JobRecord job, CancellationToken cancellationToken) =>
        new SavedWork(context).RevertAsync(job, cancellationToken);

    private static Func<PlanStep, CancellationToken, Task> Noted(
        Func<PlanStep, CancellationToken, Task> run, JobTurn turn) => async (step, cancellationToken) =>
    {
        await run(step, cancellationToken).ConfigureAwait(false);
        turn.Progress.EndStep(step.Id);
    };
}
