using Backup.Sql.Collections;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.Sessions.Expiry;

/// <summary>
/// The places outside a collection where increments of its full backups lie: those that the registry knows, those that
/// the collection has notes of, and those that the statement names beside the collection.
/// </summary>
internal sealed class IncrementPlaces : IAsyncDisposable
{
    private readonly List<IncrementPlace> _opened = [];
    private readonly List<NotedPlace> _noted = [];
    private readonly List<NotedPlace> _unreachable = [];

    private IncrementPlaces()
    {
    }

    /// <summary>The places that could be opened.</summary>
    public IReadOnlyList<IncrementPlace> Opened => _opened;

    /// <summary>The places that the collection has notes of.</summary>
    public IReadOnlyList<NotedPlace> Noted => _noted;

    /// <summary>Finds and opens them.</summary>
    /// <param name="host">Opens.</param>
    /// <param name="location">The collection as it was named, perhaps with other places behind it, sealed.</param>
    /// <param name="main">The collection's store.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public static async Task<IncrementPlaces> OpenAsync(
        BackupHost host, string location, IObjectStore main, CancellationToken cancellationToken)
    {
        var places = new IncrementPlaces();
        try
        {
            await places.AddAsync(host, location, main, cancellationToken).ConfigureAwait(false);
            return places;
        }
        catch
        {
            await places.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>A place where increments of a chain may lie and that cannot be opened; null if there is none.</summary>
    public string? FindUnreachable(IReadOnlyCollection<string> layerIds) =>
        _unreachable.Find(place => layerIds.Contains(place.ChainId)) is { } found ? NameOf(found.Locations[0]) : null;

    /// <summary>A noted place's store; null if it cannot be opened.</summary>
    public IObjectStore? Find(NotedPlace noted) =>
        _opened.FirstOrDefault(place => place.Location == NameOf(noted.Locations[0]))?.Store;

    /// <summary>A location, or the default one of a list, without parameters: as results name it.</summary>
    public static string NameOf(string location) => StoreUri.Parse(LocationList.DefaultOf(location)).ToString();

    public async ValueTask DisposeAsync()
    {
        foreach (var place in _opened)
            await place.Store.DisposeAsync().ConfigureAwait(false);
    }

    private async Task AddAsync(
        BackupHost host, string location, IObjectStore main, CancellationToken cancellationToken)
    {
        var list = LocationList.Split(location);
        var places = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var backup in await host.Registry.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            if (backup.Value is { Collection: { } home, IncrementalLocation: { } place }
                && NameOf(home) == NameOf(list[0]))
                places[NameOf(place)] = place;
        }

        // What is not said to be of a locality may be a place for increments.
        var given = list.Skip(1).Where(other => StoreUri.Parse(other).Locality is null)
            .DistinctBy(NameOf).ToDictionary(NameOf, StringComparer.Ordinal);
        _noted.AddRange(await new PlaceNotes(main).ReadAsync(cancellationToken).ConfigureAwait(false));
        var spent = new HashSet<string>(StringComparer.Ordinal);
        foreach (var noted in _noted.DistinctBy(place => NameOf(place.Locations[0])))
        {
            var known = noted.Locations.Select(each => given.GetValueOrDefault(NameOf(each), each)).ToList();
            spent.UnionWith(known.Select(NameOf));
            if (!places.ContainsKey(NameOf(known[0])) && !known.Exists(HasHidden))
                places.Add(NameOf(known[0]), LocationList.Join(known));
        }

        foreach (var (name, place) in given.Where(place => !spent.Contains(place.Key)))
            places.TryAdd(name, place);
        foreach (var (name, place) in places)
            await TryOpenAsync(host, name, place, given.ContainsKey(name), cancellationToken).ConfigureAwait(false);
        _unreachable.AddRange(_noted.Where(noted => Find(noted) is null));
    }

    /// <summary>
    /// A place that is only noted may be nothing that this host can open: a scheme or a connection that it does not
    /// know.
    /// </summary>
    private async Task TryOpenAsync(
        BackupHost host, string name, string place, bool isGiven, CancellationToken cancellationToken)
    {
        try
        {
            var store = await host.Stores.OpenAsync(place, cancellationToken).ConfigureAwait(false);
            _opened.Add(new IncrementPlace(name, store));
        }
        catch (BackupSqlException) when (!isGiven)
        {
            // Then it counts as out of reach, and nothing that may need it is dropped.
        }
    }

    private static bool HasHidden(string location)
    {
        var hidden = false;
        StoreUri.Parse(location).WithSecrets((_, value) =>
        {
            hidden |= value == NotedPlace.Hidden;
            return value;
        });
        return hidden;
    }
}
