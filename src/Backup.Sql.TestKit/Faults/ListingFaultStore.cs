using System.Runtime.CompilerServices;
using Backup.Sql.Storage;

namespace Backup.Sql.TestKit.Faults;

/// <summary>
/// A store whose listings go wrong as <see cref="ListingFaults"/> say; all else it does as the inner one.
/// </summary>
public sealed class ListingFaultStore : IObjectStore
{
    private readonly IObjectStore _inner;
    private readonly ListingFaults _faults;
    private readonly string _location;

    /// <summary>Wraps a store.</summary>
    /// <param name="inner">The store that really stores.</param>
    /// <param name="faults">What is wrong with listings; shared by all stores of a run.</param>
    /// <param name="location">Tells stores of one run apart; empty when there is only one.</param>
    public ListingFaultStore(IObjectStore inner, ListingFaults faults, string location = "")
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(faults);
        ArgumentNullException.ThrowIfNull(location);
        _inner = inner;
        _faults = faults;
        _location = location.Length == 0 ? "" : location.TrimEnd('/') + "/";
    }

    /// <inheritdoc/>
    public StoreCapabilities Capabilities => _inner.Capabilities & ~StoreCapabilities.StrongListing;

    /// <inheritdoc/>
    public async ValueTask<IObjectWriter> BeginPutAsync(string name, CancellationToken cancellationToken = default) =>
        new Writer(
            await _inner.BeginPutAsync(name, cancellationToken).ConfigureAwait(false),
            () => _faults.NotePut(_location + name));

    /// <inheritdoc/>
    public async ValueTask<bool> PutIfAbsentAsync(
        string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        var created = await _inner.PutIfAbsentAsync(name, content, cancellationToken).ConfigureAwait(false);
        if (created)
            _faults.NotePut(_location + name);
        return created;
    }

    /// <inheritdoc/>
    public ValueTask ReadAsync(
        string name, long offset, Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _inner.ReadAsync(name, offset, buffer, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ObjectInfo?> HeadAsync(string name, CancellationToken cancellationToken = default) =>
        _inner.HeadAsync(name, cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ListEntry> ListAsync(
        ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var there = await _inner.ListAsync(new ListRequest { Prefix = request.Prefix }, cancellationToken)
            .Select(entry => (entry.Name, entry.Length)).ToListAsync(cancellationToken).ConfigureAwait(false);
        var right = Fold(request, there);
        var shown = Fold(request, Shown(request.Prefix, there));
        if (_faults.HasDirectoryMarkers)
            shown = WithMarkers(request, shown);
        if (_faults.IsDuplicated)
            shown = [.. shown.SelectMany(entry => new[] { entry, entry })];
        if (_faults.IsUnordered)
            _faults.Shuffle(shown);
        if (!shown.SequenceEqual(right))
            _faults.NoteAltered();
        foreach (var entry in shown)
            yield return entry;
    }

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(string name, CancellationToken cancellationToken = default)
    {
        var found = await _inner.HeadAsync(name, cancellationToken).ConfigureAwait(false);
        await _inner.DeleteAsync(name, cancellationToken).ConfigureAwait(false);
        if (found is { } gone)
            _faults.NoteDelete(_location + name, gone.Length);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _inner.DisposeAsync();

    private List<(string Name, long Length)> Shown(string prefix, List<(string Name, long Length)> there)
    {
        var shown = there.Where(entry => !_faults.IsUnseen(_location + entry.Name)).ToList();
        shown.AddRange(_faults.Ghosts(_location + prefix)
            .Select(ghost => (ghost.Name[_location.Length..], ghost.Length))
            .Where(ghost => !shown.Any(entry => entry.Name == ghost.Item1)));
        return shown;
    }

    private static List<ListEntry> Fold(ListRequest request, List<(string Name, long Length)> names)
    {
        var fold = new ListFold(request);
        var entries = new List<ListEntry>();
        var sorted = names.DistinctBy(entry => entry.Name).OrderBy(entry => entry.Name, ObjectName.Order);
        foreach (var (name, length) in sorted)
        {
            if (fold.TryFold(name, length, out var entry))
                entries.Add(entry);
        }

        return entries;
    }

    // A marker sorts before all that lies in its directory; one that folds is there already, as a prefix.
    private static List<ListEntry> WithMarkers(ListRequest request, List<ListEntry> entries)
    {
        var known = entries.Select(entry => entry.Name).ToHashSet();
        var directories = entries.SelectMany(entry => Directories(entry.Name))
            .Where(name => name.StartsWith(request.Prefix, StringComparison.Ordinal) && known.Add(name));
        var fold = new ListFold(request with { Delimiter = null });
        var markers = directories.Where(name => fold.TryFold(name, 0, out _))
            .Select(name => new ListEntry(name, 0, false));
        return [.. entries.Concat(markers).OrderBy(entry => entry.Name, ObjectName.Order)];
    }

    private static IEnumerable<string> Directories(string name)
    {
        for (var slash = name.IndexOf('/'); slash >= 0; slash = name.IndexOf('/', slash + 1))
            yield return name[..(slash + 1)];
    }

    private sealed class Writer(IObjectWriter inner, Action completed) : IObjectWriter
    {
        public ValueTask WritePartAsync(ReadOnlyMemory<byte> part, CancellationToken cancellationToken = default) =>
            inner.WritePartAsync(part, cancellationToken);

        public async ValueTask CompleteAsync(CancellationToken cancellationToken = default)
        {
            await inner.CompleteAsync(cancellationToken).ConfigureAwait(false);
            completed();
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
