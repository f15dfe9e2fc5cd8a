using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Microsoft.Extensions.Logging;

namespace Backup.Sql.Execution.Pauses;

/// <summary>Lifts the pauses that hosts left standing which are no more.</summary>
internal sealed class PauseRecovery(
    PauseLedger ledger, IReadOnlyDictionary<string, IPauseController> controllers, TimeProvider time, ILogger logger)
{
    /// <summary>Lifts them.</summary>
    /// <param name="isAtWork">Tells whether another host still works on a job: then its pause is its own
    /// affair.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>False when one could not be lifted, or not yet: call again.</returns>
    public async Task<bool> RunAsync(
        Func<long, CancellationToken, Task<bool>> isAtWork, CancellationToken cancellationToken)
    {
        var done = true;
        foreach (var entry in await ledger.ListOfOthersAsync(cancellationToken).ConfigureAwait(false))
        {
            if (await isAtWork(entry.JobId, cancellationToken).ConfigureAwait(false))
            {
                done = false;
                continue;
            }

            if (controllers.TryGetValue(entry.Engine, out var controller))
            {
                var calls = new ControllerCalls(entry.Engine, controller, time);
                if (await calls.TryResumeAsync(entry.PauseId).ConfigureAwait(false) is { } error)
                {
                    Log.PauseStands(logger, entry.JobId, entry.Engine, error);
                    done = false;
                    continue;
                }
            }
            else if (entry.LiftsBy > time.GetUtcNow())
            {
                continue; // another host has that engine
            }

            await ledger.RemoveAsync(entry).ConfigureAwait(false);
            Log.PauseLifted(logger, entry.JobId, entry.Engine);
        }

        return done;
    }
}
