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

    /// <summary>No names.</summary>
    public static readonly IReadOnlySet<string> Nothing = new HashSet<string>();

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

    /// <summary>What changed about layers since they were committed.</summary>
    public LayerNotes Notes => new(_main);

    /// <summary>What is dropped and perhaps not yet gone.</summary>
    public Tombstones Tombstones => new(_main);

    /// <summary>The store of the full backups and the metadata.</summary>
    public IObjectStore Main => _main;

    /// <summary>The localities that increments have locations for; null where there is one location only.</summary>
    public IReadOnlyList<string>? IncrementLocalities => LocalitiesOf(_incrementals ?? _main);

    /// <summary>The localities that a store has locations for; null for a store at one location.</summary>
    /// <param name="store">The store.</param>
    /// <returns>The localities, sorted, without the default one.</returns>
    public static IReadOnlyList<string>? LocalitiesOf(IObjectStore store) => (store as LocalityStore)?.Localities;

    /// <summary>The snapshots, by label.</summary>
    public SnapshotLabels Snapshots { get; }

    /// <summary>Finds out whether the location can be reached and may be a collection; writes nothing.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="BackupSqlException">55000 the location is itself one backup; others as the store
    /// says.</exception>
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

        var dropped = await Tombstones.ReadLayersAsync(cancellationToken).ConfigureAwait(false);
        var kept = new List<string>(found.Count);
        foreach (var directory in found)
        {
            if (!await IsDroppedAsync(dropped, directory, cancellationToken).ConfigureAwait(false))
                kept.Add(directory);
        }

        kept.Sort(StringComparer.Ordinal);
        return kept;
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
    public async Task<bool> HasBackupAsync(string subdirectory, CancellationToken cancellationToken = default)
    {
        var directory = Checked(subdirectory);
        var name = CollectionLayout.Join(directory, CollectionLayout.Manifest);
        if (await _main.HeadAsync(name, cancellationToken).ConfigureAwait(false) is null)
            return false;
        var dropped = await Tombstones.ReadLayersAsync(cancellationToken).ConfigureAwait(false);
        return !await IsDroppedAsync(dropped, directory, cancellationToken).ConfigureAwait(false);
    }

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
        var dropped = await Tombstones.ReadLayersAsync(cancellationToken).ConfigureAwait(false);
        if (dropped.Contains(full.Manifest.LayerId))
            throw Errors.NoBackup(directory);
        return Chain.Build(
            directory, full, [.. increments.Where(layer => !dropped.Contains(layer.Manifest.LayerId))]);
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
        if (request.Parent is { } parent)
            await RequireFilesAsync(parent, cancellationToken).ConfigureAwait(false);
        var store = StoreOf(request);
        if (request.Saved is { } saved)
        {
            if (await TryReopenAsync(store, request, saved, cancellationToken).ConfigureAwait(false) is { } reopened)
                return reopened;
            await AbandonAsync(saved, request.JobId, cancellationToken).ConfigureAwait(false);
        }

        var id = new byte[16];
        request.Random.Fill(id);
        var layerId = Convert.ToHexStringLower(id);
        var directory = request.Directory is { } named
            ? await ClaimAsync(store, Checked(named), request, layerId, cancellationToken).ConfigureAwait(false)
            : await ClaimFreeAsync(store, request, layerId, cancellationToken).ConfigureAwait(false);
        await RequireKeptAsync(request, store, directory, cancellationToken).ConfigureAwait(false);
        return new LayerWriter(this, store, request, directory, layerId, KeptFiles.None(layerId));
    }

    /// <summary>Looks whether a layer that a job began is committed.</summary>
    /// <param name="saved">The layer.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The layer; null if it is not committed.</returns>
    public async Task<ChainLayer?> FindCommittedAsync(SavedLayer saved, CancellationToken cancellationToken = default)
    {
        var store = StoreOf(saved);
        var path = CollectionLayout.Join(saved.Directory, CollectionLayout.Manifest);
        var manifest = await ManifestFile.ReadAsync(store, path, cancellationToken).ConfigureAwait(false);
        return manifest?.LayerId == saved.LayerId
            ? new ChainLayer { Store = store, Directory = saved.Directory, Manifest = manifest }
            : null;
    }

    /// <summary>Removes what a job has written of a layer that does not go on, unless it is committed.</summary>
    /// <param name="saved">The layer.</param>
    /// <param name="jobId">The job.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task AbandonAsync(SavedLayer saved, string jobId, CancellationToken cancellationToken = default) =>
        AbandonLayerAsync(
            StoreOf(saved), saved.Directory, saved.LayerId, saved.ParentLayerId, jobId, cancellationToken);

    /// <summary>Makes a full backup the one that LATEST means. A hint only: listing finds it without.</summary>
    /// <param name="layer">A committed full layer.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task PublishLatestAsync(ChainLayer layer, CancellationToken cancellationToken = default) =>
        await _main.PutIfAbsentAsync(
            CollectionLayout.Latest(layer.End, layer.Manifest.LayerId),
            Encoding.UTF8.GetBytes(layer.Directory),
            cancellationToken).ConfigureAwait(false);

    /// <summary>Removes everything that a job has put for a layer, unless the layer is committed.</summary>
    /// <param name="store">Where the layer lies.</param>
    /// <param name="directory">Its directory; others may have written there too.</param>
    /// <param name="layerId">Its id.</param>
    /// <param name="parentId">The layer below; null for a full one.</param>
    /// <param name="jobId">The job.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>True if the layer is gone; false if it is committed and was left alone.</returns>
    public static async Task<bool> AbandonLayerAsync(
        IObjectStore store, string directory, string layerId, string? parentId, string jobId,
        CancellationToken cancellationToken = default)
    {
        var manifest = CollectionLayout.Join(directory, CollectionLayout.Manifest);
        if (await ManifestFile.ReadEnvelopeAsync(store, manifest, cancellationToken)
            .ConfigureAwait(false) is { } envelope && envelope.LayerId == layerId)
            return false;
        // The data first: as long as the lock is there somebody may still look for the rest.
        var data = CollectionLayout.Join(directory, LayerFiles.NamePrefix(layerId));
        await DeleteAllAsync(store, data, Nothing, cancellationToken).ConfigureAwait(false);
        var own = CollectionLayout.Join(directory, CollectionLayout.LockPrefix + jobId);
        if (await store.HeadAsync(own, cancellationToken).ConfigureAwait(false) is null)
            return true;
        var checkpoints = CollectionLayout.Join(directory, CollectionLayout.CheckpointPrefix);
        await DeleteAllAsync(store, checkpoints, Nothing, cancellationToken).ConfigureAwait(false);
        if (parentId is not null)
            await new ChildClaim(store, parentId, layerId, directory).ReleaseAsync(cancellationToken)
                .ConfigureAwait(false);
        if (await store.HeadAsync(manifest, cancellationToken).ConfigureAwait(false) is { } taken
            && ManifestFile.IsVoid(taken.Length))
            await store.DeleteAsync(manifest, cancellationToken).ConfigureAwait(false);
        await store.DeleteAsync(own, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Removes what a committed layer does not need any more. What stays is inert.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public static async Task TidyLayerAsync(ChainLayer layer, CancellationToken cancellationToken = default)
    {
        var manifest = layer.Manifest;
        if (manifest.ParentLayerId is { } parent)
            await new ChildClaim(layer.Store, parent, manifest.LayerId, layer.Directory)
                .ReleaseAsync(cancellationToken).ConfigureAwait(false);
        await DeleteAllAsync(
            layer.Store, layer.PathOf(CollectionLayout.CheckpointPrefix), Nothing, cancellationToken)
                .ConfigureAwait(false);
        // What an earlier turn had not noted before it died, or noted and this one wrote anew.
        var listed = manifest.Spaces.SelectMany(space => space.Files.Concat(space.DigestFiles))
            .Select(file => layer.PathOf(file.Name)).ToHashSet(StringComparer.Ordinal);
        await DeleteAllAsync(
            layer.Store, layer.PathOf(LayerFiles.NamePrefix(manifest.LayerId)), listed, cancellationToken)
                .ConfigureAwait(false);
    }

    /// <summary>Deletes the objects with a prefix.</summary>
    /// <param name="store">Where they lie.</param>
    /// <param name="prefix">The prefix.</param>
    /// <param name="except">The names of those that stay.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public static async Task DeleteAllAsync(
        IObjectStore store, string prefix, IReadOnlySet<string> except, CancellationToken cancellationToken = default)
    {
        var names = new List<string>();
        var request = new ListRequest { Prefix = prefix };
        await foreach (var entry in store.ListAsync(request, cancellationToken).ConfigureAwait(false))
            names.Add(entry.Name);
        foreach (var name in names.Where(name => !except.Contains(name)))
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
            || increments.Any(envelope => envelope.End > chain.End && envelope.ChainId == full.LayerId)
            || !await home.IsKeptAsync(chain, cancellationToken).ConfigureAwait(false))
            throw Errors.ChainMovedOn(chain.Subdirectory);
    }

    /// <summary>
    /// True if nothing of a chain is dropped, and its newest layer, on which the next would stand, is there.
    /// </summary>
    private async Task<bool> IsKeptAsync(Chain chain, CancellationToken cancellationToken)
    {
        var dropped = await Tombstones.ReadLayersAsync(cancellationToken).ConfigureAwait(false);
        return !chain.Layers.Any(layer => dropped.Contains(layer.Manifest.LayerId))
            && await chain.Newest.Store.HeadAsync(
                chain.Newest.PathOf(CollectionLayout.Manifest), cancellationToken).ConfigureAwait(false) is not null;
    }

    /// <summary>
    /// Looks, with the lock in place, whether chain or directory are being dropped. Who drops puts a tombstone and then
    /// looks for locks: of the two, one at least sees the other.
    /// </summary>
    private async Task RequireKeptAsync(
        LayerRequest request, IObjectStore store, string directory, CancellationToken cancellationToken)
    {
        var dropped = await Tombstones.ReadLayersAsync(cancellationToken).ConfigureAwait(false);
        var isDropped = dropped.ContainsDirectory(directory);
        if (!isDropped && (request.Parent is not { } parent
            || !ReferenceEquals(parent.Full.Store, _main)
            || await IsKeptAsync(parent, cancellationToken).ConfigureAwait(false)))
            return;
        var name = CollectionLayout.Join(directory, CollectionLayout.LockPrefix + request.JobId);
        await store.DeleteAsync(name, cancellationToken).ConfigureAwait(false);
        throw isDropped ? Errors.DropUnfinished(directory) : Errors.ChainMovedOn(request.Parent!.Subdirectory);
    }

    // Another backup may lie in the directory of one that was dropped.
    private async Task<bool> IsDroppedAsync(
        DroppedLayers dropped, string directory, CancellationToken cancellationToken)
    {
        if (!dropped.ContainsDirectory(directory))
            return false;
        try
        {
            var envelope = await ManifestFile.ReadEnvelopeAsync(
                _main, CollectionLayout.Join(directory, CollectionLayout.Manifest), cancellationToken)
                .ConfigureAwait(false);
            return envelope is null || dropped.Contains(envelope.LayerId);
        }
        catch (BackupSqlException error) when (error.SqlState is SqlStates.DataCorrupted or SqlStates.UnsupportedFormat)
        {
            return dropped.ContainsUnreadable(directory);
        }
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
                && !ManifestFile.IsVoid(entry.Length)
                && CollectionLayout.TryGetManifestDirectory(entry.Name, out var directory)
                && directory.Length > root.Length
                && CollectionLayout.IsIncrementDirectory(directory.AsSpan(root.Length)))
                found.Add(directory);
        }

        return (store, found);
    }

    /// <summary>Directory below which the increments of a full backup lie.</summary>
    /// <param name="subdirectory">Sub-directory of the full backup; empty for one at the location itself.</param>
    /// <param name="elsewhere">True for another place than the collection.</param>
    /// <returns>The directory with a slash at its end; empty for the location itself.</returns>
    public static string IncrementRoot(string subdirectory, bool elsewhere) =>
        subdirectory.Length == 0 ? ""
            : elsewhere ? subdirectory + "/"
            : $"{CollectionLayout.Incrementals}{subdirectory}/";

    /// <summary>
    /// Lets LATEST name another backup, where it names one that is dropped. A hint only, like all of them.
    /// </summary>
    /// <param name="directory">The dropped full backup.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task MoveLatestAsync(string directory, CancellationToken cancellationToken = default)
    {
        var request = new ListRequest { Prefix = CollectionLayout.LatestPrefix };
        var first = await _main.ListAsync(request, cancellationToken).FirstOrDefaultAsync(cancellationToken)
            .ConfigureAwait(false);
        if (first.Name is null
            || await ReadHintAsync(cancellationToken).ConfigureAwait(false) != directory
            || await GetLatestAsync(cancellationToken).ConfigureAwait(false) is not { } latest)
            return;
        var envelope = await ReadEnvelopeAsync(_main, latest, cancellationToken).ConfigureAwait(false);
        await _main.PutIfAbsentAsync(
            CollectionLayout.LatestBefore(first.Name, envelope.LayerId), Encoding.UTF8.GetBytes(latest),
                cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Deletes the hints to a full backup that is gone.</summary>
    /// <param name="directory">Its sub-directory.</param>
    /// <param name="layerId">Its id; null where it is not known.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task DeleteHintsAsync(
        string directory, string? layerId, CancellationToken cancellationToken = default)
    {
        var request = new ListRequest { Prefix = CollectionLayout.LatestPrefix };
        var hints = await _main.ListAsync(request, cancellationToken)
            .Where(hint => layerId is null || hint.Name.EndsWith("-" + layerId[..8], StringComparison.Ordinal))
            .ToListAsync(cancellationToken).ConfigureAwait(false);
        foreach (var hint in hints)
        {
            if (await ReadHintAsync(hint, cancellationToken).ConfigureAwait(false) == directory)
                await _main.DeleteAsync(hint.Name, cancellationToken).ConfigureAwait(false);
        }
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
        RequireLocations(store, manifest, path);
        return new ChainLayer { Store = store, Directory = directory, Manifest = manifest };
    }

    // A location that is missing would be found out by the first file that is.
    private static void RequireLocations(IObjectStore store, BackupManifest manifest, string path)
    {
        var given = store as LocalityStore;
        if (manifest.Localities is not { } needed || given is { HasUnnamed: true })
            return;
        var missing = needed.Except(given?.Localities ?? [], StringComparer.Ordinal).ToList();
        if (missing.Count > 0)
            throw Errors.LocationOfLocalityMissing(path, missing);
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

    private string IncrementRoot(string subdirectory) => IncrementRoot(subdirectory, _incrementals is not null);

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
            if (await ReadHintAsync(entry, cancellationToken).ConfigureAwait(false) is { } hint)
                return hint;
        }

        return null;
    }

    private async Task<string?> ReadHintAsync(ListEntry entry, CancellationToken cancellationToken)
    {
        if (entry.IsPrefix || entry.Length is 0 or > MaxHintBytes)
            return null;
        var text = new byte[entry.Length];
        try
        {
            await _main.ReadAsync(entry.Name, 0, text, cancellationToken).ConfigureAwait(false);
        }
        catch (BackupSqlException error) when (error.SqlState == SqlStates.UndefinedFile)
        {
            return null; // Its backup was dropped just now.
        }

        return Encoding.UTF8.GetString(text);
    }

    private IObjectStore StoreOf(LayerRequest request) =>
        request is { Parent: not null, Directory: null } ? _incrementals ?? _main : _main;

    private IObjectStore StoreOf(SavedLayer saved) => saved.InIncrementals ? _incrementals ?? _main : _main;

    // On top of another layer than before, or where the name of the manifest is taken, nothing can be kept.
    private async Task<LayerWriter?> TryReopenAsync(
        IObjectStore store, LayerRequest request, SavedLayer saved, CancellationToken cancellationToken)
    {
        var manifest = CollectionLayout.Join(saved.Directory, CollectionLayout.Manifest);
        if (saved.ParentLayerId != request.Parent?.Newest.Manifest.LayerId || StoreOf(saved) != store
            || await store.HeadAsync(manifest, cancellationToken).ConfigureAwait(false) is not null)
            return null;
        await request.Settled!(saved with { End = request.End }).ConfigureAwait(false);
        await LockAsync(store, saved.Directory, request.JobId, saved.LayerId, cancellationToken).ConfigureAwait(false);
        await RequireKeptAsync(request, store, saved.Directory, cancellationToken).ConfigureAwait(false);
        var kept = await KeptFiles.LoadAsync(store, saved.Directory, saved.LayerId, cancellationToken)
            .ConfigureAwait(false);
        return new LayerWriter(this, store, request, saved.Directory, saved.LayerId, kept);
    }

    private Task SettleAsync(LayerRequest request, string directory, string layerId) =>
        request.Settled is not { } settled
            ? Task.CompletedTask
            : settled(new SavedLayer
            {
                LayerId = layerId,
                Directory = directory,
                InIncrementals = StoreOf(request) != _main,
                ParentLayerId = request.Parent?.Newest.Manifest.LayerId,
                End = request.End,
            });

    private static ValueTask<bool> LockAsync(
        IObjectStore store, string directory, string jobId, string layerId, CancellationToken cancellationToken) =>
        store.PutIfAbsentAsync(
            CollectionLayout.Join(directory, CollectionLayout.LockPrefix + jobId),
            Encoding.ASCII.GetBytes(layerId),
            cancellationToken);

    private async Task<string> ClaimFreeAsync(
        IObjectStore store, LayerRequest request, string layerId, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MaxNameAttempts; attempt++)
        {
            var directory = NameLayer(request, attempt);
            if (!await IsFreeAsync(store, directory, cancellationToken).ConfigureAwait(false))
                continue;
            await SettleAsync(request, directory, layerId).ConfigureAwait(false);
            if (await TryLockAsync(store, directory, request.JobId, layerId, cancellationToken).ConfigureAwait(false))
                return directory;
        }

        throw Errors.LayerExists(CollectionLayout.FullDirectory(request.End));
    }

    private string NameLayer(LayerRequest request, int attempt) =>
        request.Parent is { } parent
            ? IncrementRoot(parent.Subdirectory)
                + CollectionLayout.IncrementDirectory(parent.End, request.End, attempt)
            : CollectionLayout.FullDirectory(request.End, attempt);

    private async Task<string> ClaimAsync(
        IObjectStore store, string directory, LayerRequest request, string layerId,
        CancellationToken cancellationToken)
    {
        var manifest = CollectionLayout.Join(directory, CollectionLayout.Manifest);
        if (await store.HeadAsync(manifest, cancellationToken).ConfigureAwait(false) is not null)
            throw Errors.LayerExists(directory);
        await SettleAsync(request, directory, layerId).ConfigureAwait(false);
        await LockAsync(store, directory, request.JobId, layerId, cancellationToken).ConfigureAwait(false);
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

    // A job stays only where it is alone after it has put its lock: of two that come at the same moment one at least
    // sees the other, and whoever sees anything, a lock or what a faster one has left, goes on to the next name.
    private static async Task<bool> TryLockAsync(
        IObjectStore store, string directory, string jobId, string layerId, CancellationToken cancellationToken)
    {
        var name = CollectionLayout.Join(directory, CollectionLayout.LockPrefix + jobId);
        if (!await LockAsync(store, directory, jobId, layerId, cancellationToken).ConfigureAwait(false))
            return false;
        var request = new ListRequest { Prefix = directory + "/", Delimiter = "/" };
        await foreach (var entry in store.ListAsync(request, cancellationToken).ConfigureAwait(false))
        {
            if (entry.Name == name)
                continue;
            await store.DeleteAsync(name, cancellationToken).ConfigureAwait(false);
            return false;
        }

        return true;
    }
}
