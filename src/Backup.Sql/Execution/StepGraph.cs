using Backup.Sql.Planning.Steps;

namespace Backup.Sql.Execution;

/// <summary>
/// Runs the steps of a plan: each as soon as those that it waits for are done, independent ones side by side.
/// </summary>
internal static class StepGraph
{
    /// <summary>
    /// Runs all steps; the first error cancels the others and is thrown once all have stopped. A cancellation that
    /// comes when every step is done changes nothing: what is published cannot be called cancelled.
    /// </summary>
    public static async Task RunAsync(
        IReadOnlyList<PlanStep> steps,
        Func<PlanStep, CancellationToken, Task> run,
        CancellationToken cancellationToken)
    {
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var tasks = new Dictionary<int, Task>();
        Exception? first = null;
        foreach (var step in steps)
        {
            // Steps stand after those they wait for, so every task looked up here exists already.
            var waited = step.After.Select(id => tasks[id]).ToArray();
            tasks.Add(step.Id, RunOneAsync(step, waited));
        }

        await Task.WhenAll(tasks.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (first is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);

        async Task RunOneAsync(PlanStep step, Task[] waited)
        {
            await Task.WhenAll(waited).ConfigureAwait(false);
            try
            {
                failed.Token.ThrowIfCancellationRequested();
                await run(step, failed.Token).ConfigureAwait(false);
            }
            catch (Exception error)
            {
                Interlocked.CompareExchange(ref first, error, null);
                await failed.CancelAsync().ConfigureAwait(false);
                throw;
            }
        }
    }
}
