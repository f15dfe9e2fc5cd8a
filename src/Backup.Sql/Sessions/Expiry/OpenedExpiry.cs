using Backup.Sql.Collections;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Sessions.Expiry;

/// <summary>A collection opened to drop from, with the other places where its increments lie.</summary>
internal sealed class OpenedExpiry : IAsyncDisposable
{
    private readonly BackupHost _host;
    private readonly bool _explain;
    private readonly OpenedCollection _opened;
    private readonly IncrementPlaces _places;

    private OpenedExpiry(
        BackupHost host, bool explain, OpenedCollection opened, IncrementPlaces places, IReadOnlySet<string> kept,
        string location)
    {
        (_host, _explain, _opened, _places, Location) = (host, explain, opened, places, location);
        Survey = new CollectionSurvey(Collection, places.Opened, kept);
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
        var registered = await host.Registry.ListAsync(cancellationToken).ConfigureAwait(false);
        var kept = registered
            .Where(backup => backup.Value.Labels.Contains(LayerNote.KeepForeverLabel, StringComparer.Ordinal))
            .Select(backup => backup.Value.LayerId).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var opened = await host.Collections.OpenAsync(location, null, cancellationToken).ConfigureAwait(false);
        try
        {
            var places = await IncrementPlaces
                .OpenAsync(host, location, opened.Collection.Main, cancellationToken).ConfigureAwait(false);
            return new OpenedExpiry(host, explain, opened, places, kept, IncrementPlaces.NameOf(location));
        }
        catch
        {
            await opened.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _places.DisposeAsync().ConfigureAwait(false);
        await _opened.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Names a chain in results: by its directory, or by the location that it alone takes up.</summary>
    public string PathOf(string directory) => directory.Length == 0 ? Location : directory;

    /// <summary>
    /// Refuses to drop a backup that takes up a location as long as one at a location of its own stands on it.
    /// </summary>
    /// <param name="chain">The backup at the location.</param>
    /// <param name="dropped">Other layers that the same statement drops; null for none.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="BackupSqlException">2BP01 there is one; 55000 that cannot be found out.</exception>
    public async Task RequireNothingOnTopAsync(
        SurveyedChain chain, IReadOnlySet<string>? dropped, CancellationToken cancellationToken)
    {
        if (chain.Directory.Length > 0)
            return;
        foreach (var noted in _places.Noted)
        {
            var name = IncrementPlaces.NameOf(noted.Locations[0]);
            var store = _places.Find(noted) ?? throw Errors.IncrementsOutOfReach(Location, Location, name);
            if (await CollectionSurvey.FindAtLocationAsync(store, cancellationToken).ConfigureAwait(false) is { } layer
                && layer.ChainId == noted.ChainId && dropped?.Contains(layer.LayerId) != true)
                throw Errors.LocationHasDependants(Location, name);
        }
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
                ? new Verdict(PathOf(tombstone.Chain), null, true, "finishes an earlier drop")
                : new Verdict(PathOf(tombstone.Chain), null, false, $"dropped already, but {user}"));
        }

        return verdicts;
    }

    /// <summary>A place where increments of a chain lie that cannot be opened; null if there is none.</summary>
    public string? FindUnreachable(SurveyedChain chain) => _places.FindUnreachable(chain.LayerIds);

    /// <summary>Drops a chain, unless somebody needs it, or some of it is out of reach.</summary>
    /// <returns>What became of it.</returns>
    public async Task<Verdict> DropAsync(SurveyedChain chain, Verdict verdict, CancellationToken cancellationToken)
    {
        if (chain.Directory.Length > 0 && FindUnreachable(chain) is { } place)
        {
            return verdict with
            {
                IsDropped = false,
                Reason = $"its increments at {place} are out of reach: name that location too, "
                    + $"IN ('…', '{place}…')",
            };
        }

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

    /// <summary>Drops a chain that a statement names.</summary>
    /// <exception cref="BackupSqlException">55006 somebody needs it; 55000 some of it is out of reach.</exception>
    public async Task<Verdict> DropNamedAsync(SurveyedChain chain, CancellationToken cancellationToken)
    {
        var verdict = await DropAsync(chain, Verdict.Of(chain, true, "named"), cancellationToken).ConfigureAwait(false);
        return verdict.IsDropped ? verdict
            : FindUnreachable(chain) is { } place ? throw Errors.IncrementsOutOfReach(chain.Directory, Location, place)
            : throw Errors.BackupInUse(PathOf(chain.Directory), User!);
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

    /// <summary>
    /// True if a chain restores and no other one does. A location that is one backup has no others to fall back on by
    /// nature: whoever drops it means that.
    /// </summary>
    public async Task<bool> IsOnlyOneThatRestoresAsync(SurveyedChain chain, CancellationToken cancellationToken)
    {
        if (chain.Directory.Length == 0
            || !await Survey.RestoresAsync(chain.Directory, cancellationToken).ConfigureAwait(false))
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
                    && IncrementPlaces.NameOf(home) == Location),
            cancellationToken);
    }

    private async Task<string?> DropAsync(
        Tombstone tombstone, IReadOnlyList<string> lockers, CancellationToken cancellationToken)
    {
        var ids = tombstone.Layers.Select(layer => layer.LayerId).OfType<string>().ToList();
        return _explain
            ? await _host.Uses.FindAsync(ids, lockers, cancellationToken).ConfigureAwait(false)
            : await new ChainDrop(Collection, _places.Opened, _host.Options.Random, _host.Options.TimeProvider)
                .RunAsync(
                    tombstone, token => FindUserAsync(tombstone, ids, lockers, token),
                    token => ForgetAsync(tombstone.Layers, token), cancellationToken)
                .ConfigureAwait(false);
    }

    // Locks are looked for anew: one may have been put since the survey.
    private async Task<string?> FindUserAsync(
        Tombstone tombstone, List<string> ids, IReadOnlyList<string> lockers, CancellationToken cancellationToken)
    {
        var now = await Survey.FindLockersAsync(tombstone, cancellationToken).ConfigureAwait(false);
        return await _host.Uses.FindAsync(ids, [.. lockers.Union(now)], cancellationToken).ConfigureAwait(false);
    }
}
