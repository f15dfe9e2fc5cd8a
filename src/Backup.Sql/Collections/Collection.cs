using System.Text;
using Backup.Sql.Collections.Format;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.Collections;

/// <summary>
/// A place that holds full backups and their increments. Everything is found by listing manifests; other objects are
/// hints. Nothing is ever overwritten.
/// </summary>
internal sealed class Collection
{
    private const int MaxConcurrentReads = 8;
    private const int MaxNameAttempts = 1000;
    private const int MaxHintBytes = 4096;

    private readonly IObjectStore _main;
    private readonly IObjectStore? _incrementals;

    private Collection(IObjectStore main, IObjectStore? incrementals, CompressionCodecs codecs)
    {
        _main = main;
        _incrementals = incrementals;
        Codecs = codecs;
        Snapshots = new SnapshotLabels(main);
    }

    /// <summary>The codecs that data files are read with.</summary>
    public CompressionCodecs Codecs { get; }

    /// <summary>The snapshots, by label.</summary>
    public SnapshotLabels Snapshots { get; }

    /// <summary>Finds out whether the location can be reached and may be a collection; writes nothing.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="BackupSqlException">55000 the location is itself one backup; others as the store says.</exception>
    public async Task ProbeAsync(CancellationToken cancellationToken = default)
    {
        if (await HasBackupAsync("", cancellationToken).ConfigureAwait(false))
            throw Errors.LocationIsBackup();
        var request = new ListRequest { Prefix = CollectionLayout.Snapshots };
        await foreach (var _ in _main.ListAsync(request, cancellationToken).ConfigureAwait(false))
            return;
    }

    /// <summary>Looks at a location as a collection; touches nothing.</summary>
    /// <param name="main">The location, which the caller goes on owning.</param>
    /// <param name="incrementals">Where increments lie; null for below the collection.</param>
    /// <param name="codecs">The codecs; null for the library's own.</param>
    /// <returns>The collection.</returns>
    public static Collection Open(
        IObjectStore main, IObjectStore? incrementals = null, CompressionCodecs? codecs = null) =>
        new(main, incrementals, codecs ?? CompressionCodecs.Default);

    /// <summary>Loads a chain out of single locations, as the deprecated forms without IN name them.</summary>
    /// <param name="locations">
    /// The full backup and increments on top of it. Increments that were appended below the full backup are found by
    /// themselves.
    /// </param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The chain.</returns>
    /// <exception cref="BackupSqlException">58P01 a location holds no backup; BS001 they do not join up.</exception>
    public static async Task<Chain> LoadLocationsAsync(
        IReadOnlyList<IObjectStore> locations, CancellationToken cancellationToken = default)
    {
        var layers = new List<ChainLayer>();
        foreach (var store in locations)
            layers.Add(await LoadLayerAsync(store, "", cancellationToken).ConfigureAwait(false));
        layers.AddRange(
            await Open(locations[0]).LoadIncrementsAsync("", cancellationToken).ConfigureAwait(false));
        return Chain.Build("", layers[0], layers[1..]);
    }

    /// <summary>Lists the full backups.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Their sub-directories, ascending.</returns>
    /// <exception cref="BackupSqlException">55000 the location is itself one backup.</exception>
    public async Task<IReadOnlyList<string>> ListBackupsAsync(CancellationToken cancellationToken = default)
    {
        var found = new List<string>();
        var roots = new ListRequest { Delimiter = "/" };
        await foreach (var year in _main.ListAsync(roots, cancellationToken).ConfigureAwait(false))
        {
            if (!year.IsPrefix && year.Name == CollectionLayout.Manifest)
                throw Errors.LocationIsBackup();
            if (year is not { IsPrefix: true, Name.Length: 5 }
                || year.Name.AsSpan(0, 4).ContainsAnyExceptInRange('0', '9'))
                continue;
            var request = new ListRequest { Prefix = year.Name, Delimiter = CollectionLayout.Data };
            await foreach (var entry in _main.ListAsync(request, cancellationToken).ConfigureAwait(false))
            {
                if (!entry.IsPrefix
                    && CollectionLayout.TryGetManifestDirectory(entry.Name, out var directory)
                    && CollectionLayout.TryParseFullDirectory(directory, out _))
                    found.Add(directory);
            }
        }

        found.Sort(StringComparer.Ordinal);
        return found;
    }

    /// <summary>Finds the full backup with the latest end; snapshots do not count.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Its sub-directory; null when there is none.</returns>
    /// <remarks>
    /// A directory is named by its end or, where that was taken, a little later; so no name before the best end found
    /// can hide a later one. The hint is a candidate like any other.
    /// </remarks>
    public async Task<string?> GetLatestAsync(CancellationToken cancellationToken = default)
    {
        var names = await ListBackupsAsync(cancellationToken).ConfigureAwait(false);
        var hint = await ReadHintAsync(cancellationToken).ConfigureAwait(false);
        var best = hint is not null && names.Contains(hint) ? hint : null;
        var bestEnd = best is null
            ? default
            : (await ReadEnvelopeAsync(_main, best, cancellationToken).ConfigureAwait(false)).End;
        foreach (var name in names.Reverse())
        {
            if (best is not null && string.CompareOrdinal(name, CollectionLayout.FullDirectory(bestEnd)) < 0)
                break;
            var envelope = await ReadEnvelopeAsync(_main, name, cancellationToken).ConfigureAwait(false);
            if (envelope.Snapshot is null && (best is null || envelope.End > bestEnd))
                (best, bestEnd) = (name, envelope.End);
        }

        return best;
    }

    /// <summary>Tells whether a sub-directory holds a finished full backup.</summary>
    /// <param name="subdirectory">The sub-directory; empty for the location itself.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>True if it does.</returns>
    public async Task<bool> HasBackupAsync(string subdirectory, CancellationToken cancellationToken = default) =>
        await _main.HeadAsync(
            CollectionLayout.Join(Checked(subdirectory), CollectionLayout.Manifest), cancellationToken)
            .ConfigureAwait(false) is not null;

    /// <summary>Reads what can be told of a backup without its manifest's body.</summary>
    /// <param name="subdirectory">Sub-directory of a full backup.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The envelope.</returns>
    /// <exception cref="BackupSqlException">58P01 no such backup; XX001 it is damaged.</exception>
    public Task<ManifestEnvelope> ReadEnvelopeAsync(
        string subdirectory, CancellationToken cancellationToken = default) =>
        ReadEnvelopeAsync(_main, Checked(subdirectory), cancellationToken);

    /// <summary>Loads a full backup and its increments.</summary>
    /// <param name="subdirectory">Sub-directory of the full backup; empty for a backup at the location itself.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The chain.</returns>
    /// <exception cref="BackupSqlException">
    /// 58P01 no such backup; BS001 the chain is broken; BS003 it mixes clusters; XX001 a manifest is damaged.
    /// </exception>
    public async Task<Chain> LoadChainAsync(string subdirectory, CancellationToken cancellationToken = default)
    {
        var directory = Checked(subdirectory);
        if (directory.Length == 0)
            await RequireManifestAtLocationAsync(cancellationToken).ConfigureAwait(false);
        var full = await LoadLayerAsync(_main, directory, cancellationToken).ConfigureAwait(false);
        var increments = await LoadIncrementsAsync(directory, cancellationToken).ConfigureAwait(false);
        return Chain.Build(directory, full, increments);
    }

    /// <summary>Finds the backup that an id names, newest chains first.</summary>
    /// <param name="id">The id, as <see cref="BackupIds.Of"/> makes it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The chain up to that backup; null when no chain holds it.</returns>
    /// <exception cref="BackupSqlException">As <see cref="LoadChainAsync"/>.</exception>
    public async Task<Chain?> FindByIdAsync(string id, CancellationToken cancellationToken = default)
    {
        if (!BackupIds.TryParse(id, out _))
            return null;
        var paths = await ListBackupsAsync(cancellationToken).ConfigureAwait(false);
        foreach (var path in paths.Reverse())
        {
            var chain = await LoadChainAsync(path, cancellationToken).ConfigureAwait(false);
            if (chain.Layers.FirstOrDefault(layer => BackupIds.Of(layer) == id) is { } named)
                return chain.Cover(named.End);
        }

        return null;
    }

    /// <summary>Reads what a plan depends on.</summary>
    /// <param name="subdirectory">Sub-directory of the full backup; null for a plan that starts a chain.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The chain's state, or that of the newest full backup.</returns>
    public async Task<CollectionState> ReadStateAsync(
        string? subdirectory, CancellationToken cancellationToken = default)
    {
        subdirectory ??= await GetLatestAsync(cancellationToken).ConfigureAwait(false);
        return subdirectory is null
            ? CollectionState.Empty
            : (await LoadChainAsync(subdirectory, cancellationToken).ConfigureAwait(false)).State;
    }

    /// <summary>Settles a new layer's directory and marks it with a lock.</summary>
    /// <param name="request">What layer.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The layer's writer.</returns>
    /// <exception cref="BackupSqlException">58P02 the directory asked for holds a backup.</exception>
    public async Task<LayerWriter> BeginLayerAsync(LayerRequest request, CancellationToken cancellationToken = default)
    {
        var id = new byte[16];
        request.Random.Fill(id);
        var layerId = Convert.ToHexStringLower(id);
        if (request.Parent is { } parent)
            await RequireFilesAsync(parent, cancellationToken).ConfigureAwait(false);
        var store = request is { Parent: not null, Directory: null } ? _incrementals ?? _main : _main;
        var directory = request.Directory is { } named
            ? await ClaimAsync(store, Checked(named), request.JobId, layerId, cancellationToken).ConfigureAwait(false)
            : await ClaimFreeAsync(store, request, layerId, cancellationToken).ConfigureAwait(false);
        return new LayerWriter(this, store, request, directory, layerId);
    }

    /// <summary>Makes a full backup the one that LATEST means. A hint only: listing finds it without.</summary>
    /// <param name="layer">A committed full layer.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task PublishLatestAsync(ChainLayer layer, CancellationToken cancellationToken = default) =>
        await _main.PutIfAbsentAsync(
            CollectionLayout.Latest(layer.End, layer.Manifest.LayerId),
            Encoding.UTF8.GetBytes(layer.Directory),
            cancellationToken).ConfigureAwait(false);

    /// <summary>Deletes the data files of a layer that was never committed; others in its directory stay.</summary>
    /// <param name="store">Where the layer lies.</param>
    /// <param name="directory">Its directory.</param>
    /// <param name="layerId">Its id.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public static async Task DeleteLayerDataAsync(
        IObjectStore store, string directory, string layerId, CancellationToken cancellationToken = default)
    {
        var prefix = CollectionLayout.Join(directory, LayerFiles.NamePrefix(layerId));
        var names = new List<string>();
        var request = new ListRequest { Prefix = prefix };
        await foreach (var entry in store.ListAsync(request, cancellationToken).ConfigureAwait(false))
            names.Add(entry.Name);
        foreach (var name in names)
            await store.DeleteAsync(name, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Checks that a chain is still what a plan saw.</summary>
    /// <param name="chain">The chain as it was.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="BackupSqlException">55006 somebody extended or removed it.</exception>
    public async Task RequireUnchangedAsync(Chain chain, CancellationToken cancellationToken = default)
    {
        var home = ReferenceEquals(chain.Full.Store, _main) ? this : Open(chain.Full.Store, null, Codecs);
        var increments = await home.LoadIncrementEnvelopesAsync(chain, cancellationToken).ConfigureAwait(false);
        var full = await ManifestFile.ReadEnvelopeAsync(
            chain.Full.Store, chain.Full.PathOf(CollectionLayout.Manifest), cancellationToken).ConfigureAwait(false);
        if (full?.LayerId != chain.Full.Manifest.LayerId
            || increments.Any(envelope => envelope.End > chain.End && envelope.ChainId == full.LayerId))
            throw Errors.ChainMovedOn(chain.Subdirectory);
    }

    /// <summary>Finds the manifests of a full backup's increments.</summary>
    /// <param name="subdirectory">Sub-directory of the full backup.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Their store and their directories.</returns>
    public async Task<(IObjectStore Store, IReadOnlyList<string> Directories)> FindIncrementsAsync(
        string subdirectory, CancellationToken cancellationToken = default)
    {
        var store = _incrementals ?? _main;
        var root = IncrementRoot(subdirectory);
        var found = new List<string>();
        var request = new ListRequest { Prefix = root, Delimiter = CollectionLayout.Data };
        await foreach (var entry in store.ListAsync(request, cancellationToken).ConfigureAwait(false))
        {
            if (!entry.IsPrefix
                && CollectionLayout.TryGetManifestDirectory(entry.Name, out var directory)
                && directory.Length > root.Length
                && CollectionLayout.IsIncrementDirectory(directory.AsSpan(root.Length)))
                found.Add(directory);
        }

        return (store, found);
    }

    /// <summary>Says where a full backup lies.</summary>
    /// <param name="subdirectory">The sub-directory as given.</param>
    /// <returns>Its store and its directory.</returns>
    public (IObjectStore Store, string Directory) LocateFull(string subdirectory) => (_main, Checked(subdirectory));

    /// <summary>Reads the manifest of one layer.</summary>
    /// <param name="store">Where it lies.</param>
    /// <param name="directory">Its directory.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The layer.</returns>
    /// <exception cref="BackupSqlException">58P01 there is none; XX001 it is damaged.</exception>
    public static async Task<ChainLayer> LoadLayerAsync(
        IObjectStore store, string directory, CancellationToken cancellationToken)
    {
        var path = CollectionLayout.Join(directory, CollectionLayout.Manifest);
        var manifest = await ManifestFile.ReadAsync(store, path, cancellationToken).ConfigureAwait(false)
            ?? throw (directory.Length == 0 ? Errors.NoBackupAtLocation() : Errors.NoBackup(directory));
        return new ChainLayer { Store = store, Directory = directory, Manifest = manifest };
    }

    private static string Checked(string subdirectory) =>
        subdirectory.Length == 0 ? "" : CollectionLayout.Normalize(subdirectory);

    private static async Task<ManifestEnvelope> ReadEnvelopeAsync(
        IObjectStore store, string directory, CancellationToken cancellationToken) =>
        await ManifestFile.ReadEnvelopeAsync(
            store, CollectionLayout.Join(directory, CollectionLayout.Manifest), cancellationToken).ConfigureAwait(false)
        ?? throw (directory.Length == 0 ? Errors.NoBackupAtLocation() : Errors.NoBackup(directory));

    private static async Task<T[]> ReadAllAsync<T>(
        IReadOnlyList<string> directories,
        Func<string, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken)
    {
        var results = new T[directories.Count];
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = MaxConcurrentReads,
            CancellationToken = cancellationToken,
        };
        await Parallel.ForAsync(0, directories.Count, options, async (i, token) =>
            results[i] = await read(directories[i], token).ConfigureAwait(false)).ConfigureAwait(false);
        return results;
    }

    private string IncrementRoot(string subdirectory)
    {
        var below = subdirectory.Length == 0 ? "" : subdirectory + "/";
        return _incrementals is null && below.Length > 0 ? CollectionLayout.Incrementals + below : below;
    }

    private async Task<IReadOnlyList<ChainLayer>> LoadIncrementsAsync(
        string subdirectory, CancellationToken cancellationToken)
    {
        var (store, directories) = await FindIncrementsAsync(subdirectory, cancellationToken).ConfigureAwait(false);
        return await ReadAllAsync(
            directories, (directory, token) => LoadLayerAsync(store, directory, token), cancellationToken)
            .ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<ManifestEnvelope>> LoadIncrementEnvelopesAsync(
        Chain chain, CancellationToken cancellationToken)
    {
        var (store, directories) = await FindIncrementsAsync(chain.Subdirectory, cancellationToken)
            .ConfigureAwait(false);
        var known = chain.Layers.Select(layer => layer.Directory).ToHashSet(StringComparer.Ordinal);
        return await ReadAllAsync(
            [.. directories.Where(directory => !known.Contains(directory))],
            (directory, token) => ReadEnvelopeAsync(store, directory, token),
            cancellationToken).ConfigureAwait(false);
    }

    // An increment on files that are gone would be a backup that never restores.
    private static async Task RequireFilesAsync(Chain chain, CancellationToken cancellationToken)
    {
        await foreach (var finding in Verification.CheckFilesAsync(chain, cancellationToken).ConfigureAwait(false))
            throw Errors.BrokenChain(chain.Newest.ToString(), $"{finding.Path}: {finding.Status}. {finding.Detail}");
    }

    private async Task RequireManifestAtLocationAsync(CancellationToken cancellationToken)
    {
        if (await _main.HeadAsync(CollectionLayout.Manifest, cancellationToken).ConfigureAwait(false) is not null)
            return;
        var backups = await ListBackupsAsync(cancellationToken).ConfigureAwait(false);
        throw backups.Count > 0 ? Errors.LocationIsCollection() : Errors.NoBackupAtLocation();
    }

    private async Task<string?> ReadHintAsync(CancellationToken cancellationToken)
    {
        var request = new ListRequest { Prefix = CollectionLayout.LatestPrefix };
        await foreach (var entry in _main.ListAsync(request, cancellationToken).ConfigureAwait(false))
        {
            if (entry.IsPrefix || entry.Length is 0 or > MaxHintBytes)
                continue;
            var text = new byte[entry.Length];
            await _main.ReadAsync(entry.Name, 0, text, cancellationToken).ConfigureAwait(false);
            return Encoding.UTF8.GetString(text);
        }

        return null;
    }

    private async Task<string> ClaimFreeAsync(
        IObjectStore store, LayerRequest request, string layerId, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MaxNameAttempts; attempt++)
        {
            var directory = NameLayer(request, attempt);
            if (await IsFreeAsync(store, directory, cancellationToken).ConfigureAwait(false)
                && await TryLockAsync(store, directory, request.JobId, layerId, cancellationToken)
                    .ConfigureAwait(false))
                return directory;
        }

        throw Errors.LayerExists(CollectionLayout.FullDirectory(request.End));
    }

    private string NameLayer(LayerRequest request, int attempt) =>
        request.Parent is { } parent
            ? IncrementRoot(parent.Subdirectory)
                + CollectionLayout.IncrementDirectory(parent.End, request.End, attempt)
            : CollectionLayout.FullDirectory(request.End, attempt);

    private static async Task<string> ClaimAsync(
        IObjectStore store, string directory, string jobId, string layerId, CancellationToken cancellationToken)
    {
        var manifest = CollectionLayout.Join(directory, CollectionLayout.Manifest);
        if (await store.HeadAsync(manifest, cancellationToken).ConfigureAwait(false) is not null)
            throw Errors.LayerExists(directory);
        var name = CollectionLayout.Join(directory, CollectionLayout.LockPrefix + jobId);
        await store.PutIfAbsentAsync(name, Encoding.ASCII.GetBytes(layerId), cancellationToken).ConfigureAwait(false);
        return directory;
    }

    private static async Task<bool> IsFreeAsync(
        IObjectStore store, string directory, CancellationToken cancellationToken)
    {
        var request = new ListRequest { Prefix = directory + "/", Delimiter = "/" };
        await foreach (var _ in store.ListAsync(request, cancellationToken).ConfigureAwait(false))
            return false;
        return true;
    }

    // Of two jobs that lock one directory at the same moment the one whose name sorts first stays. The lock is only a
    // courtesy: data files never clash, and of two manifests one wins.
    private static async Task<bool> TryLockAsync(
        IObjectStore store, string directory, string jobId, string layerId, CancellationToken cancellationToken)
    {
        var prefix = CollectionLayout.Join(directory, CollectionLayout.LockPrefix);
        if (!await store.PutIfAbsentAsync(prefix + jobId, Encoding.ASCII.GetBytes(layerId), cancellationToken)
                .ConfigureAwait(false))
            return false;
        var request = new ListRequest { Prefix = prefix };
        await foreach (var first in store.ListAsync(request, cancellationToken).ConfigureAwait(false))
        {
            if (first.Name == prefix + jobId)
                return true;
            await store.DeleteAsync(prefix + jobId, cancellationToken).ConfigureAwait(false);
            return false;
        }

        return true;
    }
}
