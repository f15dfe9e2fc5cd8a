using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

namespace Backup.Sql.Storage;

/// <summary>
/// A collection that lies at several locations: everything at the default one, but for data files whose name ends in
/// the tag of another locality. The name alone decides, so that whoever reads, lists or deletes needs no map.
/// </summary>
internal sealed class LocalityStore : IObjectStore
{
    /// <summary>The locality of the location that manifests and pointers lie at.</summary>
    public const string Default = "default";

    private const string Mark = "-l";
    private const int TagDigits = 12;

    private readonly IObjectStore _main;
    private readonly Dictionary<string, IObjectStore> _byTag = new(StringComparer.Ordinal);
    private readonly List<IObjectStore> _unnamed = [];
    private readonly Lock _gate = new();

    /// <summary>Puts stores together.</summary>
    /// <param name="main">The default one.</param>
    /// <param name="others">
    /// The others by locality; one whose locality is null is searched for what no other can have.
    /// </param>
    public LocalityStore(IObjectStore main, IReadOnlyList<(string? Locality, IObjectStore Store)> others)
    {
        _main = main;
        foreach (var (locality, store) in others)
        {
            if (locality is null)
                _unnamed.Add(store);
            else
                _byTag.Add(TagOf(locality), store);
        }

        Localities = [.. others.Select(other => other.Locality).OfType<string>().Order(StringComparer.Ordinal)];
    }

    /// <summary>The localities that have a location of their own, sorted.</summary>
    public IReadOnlyList<string> Localities { get; }

    /// <summary>True when a location was given without saying which locality it is of.</summary>
    public bool HasUnnamed => _unnamed.Count > 0;

    /// <inheritdoc/>
    public StoreCapabilities Capabilities =>
        All.Aggregate(_main.Capabilities, (common, store) => common & store.Capabilities);

    private IEnumerable<IObjectStore> All
    {
        get
        {
            lock (_gate)
                return [_main, .. _byTag.Values.Concat(_unnamed).Distinct()];
        }
    }

    /// <summary>What the names of a locality's data files end in.</summary>
    public static string TagOf(string locality) =>
        Mark + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(locality)))[..TagDigits];

    /// <summary>A data file's name without what says which locality it is of.</summary>
    public static ReadOnlySpan<char> WithoutTag(ReadOnlySpan<char> name)
    {
        var mark = name.Length - Mark.Length - TagDigits;
        return mark > 0 && name[mark..].StartsWith(Mark) ? name[..mark] : name;
    }

    /// <inheritdoc/>
    public async ValueTask<IObjectWriter> BeginPutAsync(string name, CancellationToken cancellationToken = default) =>
        await (await FindAsync(name, cancellationToken).ConfigureAwait(false))
            .BeginPutAsync(name, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<bool> PutIfAbsentAsync(
        string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        await (await FindAsync(name, cancellationToken).ConfigureAwait(false))
            .PutIfAbsentAsync(name, content, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask ReadAsync(
        string name, long offset, Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        await (await FindAsync(name, cancellationToken).ConfigureAwait(false))
            .ReadAsync(name, offset, buffer, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<ObjectInfo?> HeadAsync(string name, CancellationToken cancellationToken = default) =>
        await (await FindAsync(name, cancellationToken).ConfigureAwait(false))
            .HeadAsync(name, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(string name, CancellationToken cancellationToken = default) =>
        await (await FindAsync(name, cancellationToken).ConfigureAwait(false))
            .DeleteAsync(name, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask RemoveUnfinishedAsync(string directory, CancellationToken cancellationToken = default)
    {
        foreach (var store in All)
            await store.RemoveUnfinishedAsync(directory, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DeleteManyAsync(IReadOnlyList<string> names, CancellationToken cancellationToken = default)
    {
        var byStore = new Dictionary<IObjectStore, List<string>>();
        foreach (var name in names)
        {
            var store = await FindAsync(name, cancellationToken).ConfigureAwait(false);
            if (!byStore.TryGetValue(store, out var its))
                byStore.Add(store, its = []);
            its.Add(name);
        }

        foreach (var (store, its) in byStore)
            await store.DeleteManyAsync(its, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Lists. Directories are listed at the default location alone: a layer has its place there, whatever else lies
    /// elsewhere of it.
    /// </summary>
    public async IAsyncEnumerable<ListEntry> ListAsync(
        ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        IEnumerable<IObjectStore> stores = request.Delimiter is null ? All : [_main];
        var heads = new PriorityQueue<IAsyncEnumerator<ListEntry>, string>(StringComparer.Ordinal);
        try
        {
            foreach (var store in stores)
                await AdvanceAsync(store.ListAsync(request, cancellationToken).GetAsyncEnumerator(cancellationToken))
                    .ConfigureAwait(false);
            while (heads.TryDequeue(out var least, out _))
            {
                yield return least.Current;
                await AdvanceAsync(least).ConfigureAwait(false);
            }
        }
        finally
        {
            while (heads.TryDequeue(out var left, out _))
                await left.DisposeAsync().ConfigureAwait(false);
        }

        async ValueTask AdvanceAsync(IAsyncEnumerator<ListEntry> entries)
        {
            if (await entries.MoveNextAsync().ConfigureAwait(false))
                heads.Enqueue(entries, entries.Current.Name);
            else
                await entries.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var store in All)
            await store.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask<IObjectStore> FindAsync(string name, CancellationToken cancellationToken)
    {
        var mark = name.Length - Mark.Length - TagDigits;
        if (mark <= 0 || string.CompareOrdinal(name, mark, Mark, 0, Mark.Length) != 0)
            return _main;
        var tag = name[mark..];
        lock (_gate)
        {
            if (_byTag.TryGetValue(tag, out var known))
                return known;
        }

        foreach (var store in _unnamed)
        {
            if (await store.HeadAsync(name, cancellationToken).ConfigureAwait(false) is null)
                continue;
            lock (_gate)
                _byTag[tag] = store;
            return store;
        }

        return _main;
    }
}
