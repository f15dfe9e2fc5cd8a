using System.Globalization;
using Backup.Sql.Diagnostics;
using Backup.Sql.Execution.Jobs;
using Backup.Sql.Planning;
using Backup.Sql.Planning.Steps;
using Backup.Sql.State;

namespace Backup.Sql.Execution.Uses;

/// <summary>
/// Knows who needs the layers of collections: jobs by the plans in their records, in this process and in all that share
/// the state store; validations by entries of their own; jobs that nobody here knows by their locks.
/// </summary>
internal sealed class LayerUses(IStateStore store, JobRegistry jobs, TimeProvider time, IRandomSource random)
{
    /// <summary>How long a lock of an unknown job counts, and a reader that never said that it ended.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromHours(24);

    private readonly StateTable<LayerUse> _uses = new(store, "layer-use", LayerUseJsonContext.Default.LayerUse);

    /// <summary>Says that somebody reads a chain, until the result is disposed.</summary>
    /// <param name="chainId">The chain.</param>
    /// <param name="what">What reads it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<IAsyncDisposable> BeginAsync(string chainId, string what, CancellationToken cancellationToken)
    {
        var digits = new byte[8];
        random.Fill(digits);
        var key = Convert.ToHexStringLower(digits);
        var use = new LayerUse { ChainId = chainId, What = what, Until = time.GetUtcNow() + Patience };
        if (!await _uses.TryAddAsync(key, use, cancellationToken).ConfigureAwait(false))
            return await BeginAsync(chainId, what, cancellationToken).ConfigureAwait(false);
        return new Ending(_uses, key);
    }

    /// <summary>Finds somebody who needs layers.</summary>
    /// <param name="layerIds">The layers; with a full one comes its whole chain.</param>
    /// <param name="lockers">The jobs that hold locks above them.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Who needs them, in words; null for nobody.</returns>
    public async Task<string?> FindAsync(
        IReadOnlyCollection<string> layerIds, IReadOnlyCollection<string> lockers, CancellationToken cancellationToken)
    {
        var all = await jobs.ListAsync(cancellationToken).ConfigureAwait(false);
        foreach (var job in all.Where(job => !job.State.IsFinal()))
        {
            if (Needs(job, layerIds))
                return $"{job.Type} job {job.Id} needs it";
        }

        foreach (var locker in lockers)
        {
            if (IsAtWork(locker, all))
                return $"job {locker} is adding to it";
        }

        var uses = await _uses.ListAsync(cancellationToken).ConfigureAwait(false);
        return uses.Select(use => use.Value)
            .FirstOrDefault(use => use.Until > time.GetUtcNow() && layerIds.Contains(use.ChainId)) is { } found
            ? $"{found.What} reads it"
            : null;
    }

    // A job without a plan has not looked at the collection yet, and will see the tombstone when it does.
    private static bool Needs(JobRecord job, IReadOnlyCollection<string> layerIds) =>
        job.Plan is { } plan && ExecutionPlan.FromJson(plan).Steps.Any(step => step switch
        {
            OpenChainStep open => open.Layers.Any(layerIds.Contains),
            BeginLayerStep begin => begin.AssumedNewestLayer is { } below && layerIds.Contains(below),
            _ => false,
        });

    /// <summary>
    /// A lock stays when a process dies. The job's record tells; of a job of somebody else's, its number tells when it
    /// began.
    /// </summary>
    private bool IsAtWork(string locker, IReadOnlyList<JobRecord> known)
    {
        if (!long.TryParse(locker, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            return false;
        return known.FirstOrDefault(job => job.Id == id) is { } job
            ? !job.State.IsFinal()
            : JobRegistry.TimeOf(id) > time.GetUtcNow() - Patience;
    }

    private sealed class Ending(StateTable<LayerUse> uses, string key) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            if (await uses.FindAsync(key, CancellationToken.None).ConfigureAwait(false) is { } use)
                await uses.TryRemoveAsync(use, CancellationToken.None).ConfigureAwait(false);
        }
    }
}
