using Backup.Sql.Collections;
using Backup.Sql.Storage;

namespace Backup.Sql.Sessions.Expiry;

/// <summary>A collection opened to drop from, with the other places where its increments lie.</summary>
internal sealed class OpenedExpiry : IAsyncDisposable
{
    private readonly BackupHost _host;
    private readonly bool _explain;
    private readonly OpenedCollection _opened;
    private readonly IReadOnlyList<IncrementPlace> _places;

    private OpenedExpiry(
        BackupHost host, bool explain, OpenedCollection opened, IReadOnlyList<IncrementPlace> places,
        IReadOnlySet<string> kept, string location)
    {
        (_host, _explain, _opened, _places, Location) = (host, explain, opened, places, location);
        Survey = new CollectionSurvey(Collection, places, kept);
    }

    public Collection Collection => _opened.Collection;

    public CollectionSurvey Survey { get; }

    /// <summary>The collection's location without secrets.</summary>
    public string Location { get; }

    /// <summary>Who needed the last chain that was not dropped for that reason.</summary>
    public string? User { get; private set; }

    public static async Task<OpenedExpiry> OpenAsync(
        BackupHost host, string location, bool explain, CancellationToken cancellationToken)
    {
        var shown = StoreUri.Parse(location).ToString();
        var places = new Dictionary<string, string>(StringComparer.Ordinal);
        var kept = new HashSet<string>(StringComparer.Ordinal);
        foreach (var backup in await host.Registry.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            if (backup.Value is { Collection: { } home, IncrementalLocation: { } place }
                && StoreUri.Parse(home).ToString() == shown)
                places[StoreUri.Parse(place).ToString()] = place;
            if (backup.Value.LayerId is { } layer && backup.Value.Labels.Contains(LayerNote.KeepForeverLabel))
                kept.Add(layer);
        }

        var opened = await host.Collections.OpenAsync(location, null, cancellationToken).ConfigureAwait(false);
        var stores = new List<IncrementPlace>();
        var expiry = new OpenedExpiry(host, explain, opened, stores, kept, shown);
        try
        {
            foreach (var (name, place) in places)
            {
                stores.Add(new IncrementPlace(
                    name, await host.Stores.OpenAsync(place, cancellationToken).ConfigureAwait(false)));
            }

            return expiry;
        }
        catch
        {
            await expiry.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var place in _places)
            await place.Store.DisposeAsync().ConfigureAwait(false);
        await _opened.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Finishes what interrupted drops have left.</summary>
    /// <returns>What that was.</returns>
    public async Task<IReadOnlyList<Verdict>> FinishAsync(CancellationToken cancellationToken)
    {
        var verdicts = new List<Verdict>();
        var all = await Collection.Tombstones.ReadAsync(cancellationToken).ConfigureAwait(false);
        foreach (var tombstone in all.Values.DistinctBy(stone => (stone.Chain, string.Join(' ', stone.Layers))))
        {
            var user = await DropAsync(tombstone, [], cancellationToken).ConfigureAwait(false);
            verdicts.Add(user is null
                ? new Verdict(tombstone.Chain, null, true, "finishes an earlier drop")
                : new Verdict(tombstone.Chain, null, false, $"dropped already, but {user}"));
        }

        return verdicts;
    }

    /// <summary>Drops a chain, unless somebody needs it.</summary>
    /// <returns>What became of it.</returns>
    public async Task<Verdict> DropAsync(SurveyedChain chain, Verdict verdict, CancellationToken cancellationToken)
    {
        User = await DropAsync(
            new Tombstone
            {
                Chain = chain.Directory,
                Layers = chain.ToDropped(),
                Time = _host.Options.TimeProvider.GetUtcNow(),
            },
            chain.Lockers, cancellationToken).ConfigureAwait(false);
        return User is null ? verdict : verdict with { IsDropped = false, Reason = User };
    }

    /// <summary>Finds the chain with the latest end that restores.</summary>
    public async Task<SurveyedChain?> FindNewestAsync(
        IEnumerable<SurveyedChain> chains, CancellationToken cancellationToken)
    {
        foreach (var chain in chains.OrderByDescending(chain => chain.End))
        {
            if (await Survey.RestoresAsync(chain.Directory, cancellationToken).ConfigureAwait(false))
                return chain;
        }

        return null;
    }

    /// <summary>True if a chain restores and no other one does.</summary>
    public async Task<bool> IsOnlyOneThatRestoresAsync(SurveyedChain chain, CancellationToken cancellationToken)
    {
        if (!await Survey.RestoresAsync(chain.Directory, cancellationToken).ConfigureAwait(false))
            return false;
        foreach (var other in await Collection.ListBackupsAsync(cancellationToken).ConfigureAwait(false))
        {
            if (other != chain.Directory
                && await Survey.RestoresAsync(other, cancellationToken).ConfigureAwait(false))
                return false;
        }

        return true;
    }

    // A layer whose manifest could not be read goes by its place.
    private Task ForgetAsync(IReadOnlyList<DroppedLayer> layers, CancellationToken cancellationToken)
    {
        var ids = layers.Select(layer => layer.LayerId).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var directories = layers.Where(layer => layer.LayerId is null).Select(layer => layer.Directory)
            .ToHashSet(StringComparer.Ordinal);
        return _host.Registry.ForgetAsync(
            backup => (backup.LayerId is { } id && ids.Contains(id))
                || (backup is { Path: { } path, Collection: { } home } && directories.Contains(path)
                    && StoreUri.Parse(home).ToString() == Location),
            cancellationToken);
    }

    private async Task<string?> DropAsync(
        Tombstone tombstone, IReadOnlyList<string> lockers, CancellationToken cancellationToken)
    {
        var ids = tombstone.Layers.Select(layer => layer.LayerId).OfType<string>().ToList();
        return _explain
            ? await _host.Uses.FindAsync(ids, lockers, cancellationToken).ConfigureAwait(false)
            : await new ChainDrop(Collection, _places, _host.Options.Random)
                .RunAsync(
                    tombstone, token => FindUserAsync(tombstone.Chain, ids, lockers, token),
                    token => ForgetAsync(tombstone.Layers, token), cancellationToken)
                .ConfigureAwait(false);
    }

    // Locks are looked for anew: one may have been put since the survey.
    private async Task<string?> FindUserAsync(
        string chain, List<string> ids, IReadOnlyList<string> lockers, CancellationToken cancellationToken)
    {
        var now = await Survey.FindLockersAsync(chain, cancellationToken).ConfigureAwait(false);
        return await _host.Uses.FindAsync(ids, [.. lockers.Union(now)], cancellationToken).ConfigureAwait(false);
    }
}
