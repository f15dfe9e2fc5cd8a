using Backup.Sql.Storage;

namespace Backup.Sql.Collections;

/// <summary>
/// Finds what listings that lag behind do not show of a chain, from each layer to what stands on it, by name.
/// </summary>
/// <param name="places">Where increments lie: locations, null for the collection's own, and stores.</param>
internal sealed class UnlistedLayers(IEnumerable<(string? Place, IObjectStore Store)> places)
{
    private readonly IReadOnlyList<(string? Place, IObjectStore Store)> _places =
        [.. places.Where(place => !place.Store.Capabilities.HasFlag(StoreCapabilities.StrongListing))];

    /// <summary>Adds the layers that are committed and not listed, each after the one that it stands on.</summary>
    /// <param name="layers">The layers of one chain that are listed.</param>
    /// <param name="read">Reads a layer of a place and a directory.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task AddAsync(
        List<SurveyedLayer> layers,
        Func<IObjectStore, string?, string, CancellationToken, Task<SurveyedLayer>> read,
        CancellationToken cancellationToken)
    {
        for (var at = 0; at < layers.Count; at++)
        {
            if (layers[at].Envelope is not { } below)
                continue;
            foreach (var (place, store) in _places)
            {
                if (await ChildClaim.FindChildAsync(store, below.LayerId, cancellationToken).ConfigureAwait(false)
                    is { } child && !layers.Any(layer => layer.Place == place && layer.Directory == child))
                    layers.Insert(at + 1, await read(store, place, child, cancellationToken).ConfigureAwait(false));
            }
        }
    }

    /// <summary>Finds the jobs that are about to commit on top of layers, listed or not.</summary>
    /// <param name="layerIds">The layers.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The jobs.</returns>
    public async Task<IReadOnlyList<string>> FindLockersAsync(
        IReadOnlyCollection<string> layerIds, CancellationToken cancellationToken)
    {
        var jobs = new List<string>();
        foreach (var (_, store) in _places)
        {
            foreach (var id in layerIds)
            {
                jobs.AddRange(
                    await ChildClaim.FindClaimersAsync(store, id, cancellationToken).ConfigureAwait(false));
            }
        }

        return jobs;
    }
}
