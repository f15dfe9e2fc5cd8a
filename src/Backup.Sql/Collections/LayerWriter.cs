using Backup.Sql.Collections.Format;
using Backup.Sql.Collections.Sealing;
using Backup.Sql.Diagnostics;
using Backup.Sql.Rows;
using Backup.Sql.Storage;

namespace Backup.Sql.Collections;

/// <summary>
/// A layer in the making. Nobody sees it before <see cref="CommitAsync"/> has put its manifest, which happens once and
/// last.
/// </summary>
internal sealed class LayerWriter
{
    /// <summary>
    /// Between the look at the chain and the manifest nobody else of this process may extend it: of two layers on one
    /// parent a reader could only follow one. Striped by chain.
    /// </summary>
    private static readonly SemaphoreSlim[] Turns = [.. Enumerable.Range(0, 32).Select(_ => new SemaphoreSlim(1))];

    private static readonly IComparer<DataFileEntry> ByKey =
        Comparer<DataFileEntry>.Create(DataFileEntry.CompareByKey);

    private readonly Collection _collection;
    private readonly IObjectStore _store;
    private readonly LayerRequest _request;
    private readonly LayerFiles _files;
    private readonly Sealer? _sealer;
    private readonly Lock _gate = new();
    private readonly Dictionary<Space, SpaceCheckpoint> _carried;
    private readonly List<SpaceWriter> _spaces = [];
    private int _lastCheckpoint;
    private int _checkpointing;

    /// <summary>A layer whose directory is settled; made by <see cref="LayerStart.BeginAsync"/>.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="store">The store that the layer goes to.</param>
    /// <param name="request">What layer.</param>
    /// <param name="directory">Its directory in the store.</param>
    /// <param name="layerId">Its id.</param>
    /// <param name="kept">What earlier turns have written of it.</param>
    /// <param name="key">The chain's key; null for a chain that is not sealed.</param>
    public LayerWriter(
        Collection collection, IObjectStore store, LayerRequest request, string directory, string layerId,
        KeptFiles kept, ChainKey? key)
    {
        _collection = collection;
        _store = store;
        _request = request;
        _sealer = key is null ? null : new Sealer(key, layerId, request.Random);
        _files = new LayerFiles(
            store, directory, layerId, kept.LastFileId,
            FilePlacement.In(store, request.Locality, request.StrictStorageLocality), _sealer);
        _carried = kept.Checkpoint.Spaces.ToDictionary(space => space.Space);
        _lastCheckpoint = kept.LastCheckpoint;
        Directory = directory;
        LayerId = layerId;
    }

    /// <summary>The layer's directory; it never changes.</summary>
    public string Directory { get; }

    /// <summary>128 random bits, 32 lower-case hexadecimal digits.</summary>
    public string LayerId { get; }

    /// <summary>
    /// Starts a space. For a page space the base is found here: where there is none (a new database, a changed page
    /// size) the coverage becomes full whatever was asked for.
    /// </summary>
    /// <param name="request">How the space goes into the layer.</param>
    /// <returns>The space's writer.</returns>
    public SpaceWriter BeginSpace(SpaceWriteRequest request)
    {
        PageBase? pageBase = null;
        if (request is { Space: PageSpace pages, Coverage: SpaceCoverage.Changes })
        {
            pageBase = _request.Parent is { } parent
                ? PageBase.Find(parent, pages, request.Shape, _collection.Codecs)
                : null;
            if (pageBase is null)
                request = request with { Coverage = SpaceCoverage.Full };
        }

        var kept = TakeKept(request);
        if (kept is not null && !kept.IsOf(_request.End))
        {
            var digests = kept.Parts.SelectMany(part => part.DigestFiles).Select(_files.Locate).ToList();
            pageBase = PageBase.With(pageBase, digests, _collection.Codecs);
        }

        var writer = new SpaceWriter(
            request, _files, _request.Compression, _request.FileBytes, _collection.Codecs, pageBase, _request.End,
                kept);
        lock (_gate)
            _spaces.Add(writer);
        return writer;
    }

    /// <summary>
    /// A table that an earlier turn has written to the end, out of an earlier snapshot. It may be kept if its
    /// fingerprint is what the table's is now.
    /// </summary>
    /// <param name="space">The table.</param>
    /// <returns>Its fingerprint then; null when there is none.</returns>
    public SpaceFingerprint? FindFinished(Space space)
    {
        lock (_gate)
        {
            return _carried.GetValueOrDefault(space) is { IsComplete: true, AllVersions: false } kept
                && kept.Coverage == SpaceCoverage.Full && space is TableSpace && !kept.IsOf(_request.End)
                    ? kept.ToFingerprint(FingerprintScope.State)
                    : null;
        }
    }

    /// <summary>Takes a table that <see cref="FindFinished"/> found into the layer as it was written then.</summary>
    /// <param name="space">The table.</param>
    /// <param name="shape">Its shape now.</param>
    /// <returns>Its entry for the manifest.</returns>
    public SpaceManifest Keep(Space space, SpaceShape shape)
    {
        lock (_gate)
        {
            var kept = _carried[space];
            return new SpaceManifest
            {
                Space = space,
                Shape = shape,
                Coverage = kept.Coverage,
                Fingerprint = kept.ToFingerprint(FingerprintScope.State),
                Files = [.. kept.Parts.SelectMany(part => part.Files).Order(ByKey)],
            };
        }
    }

    /// <summary>
    /// Puts a checkpoint: what is written and in the store by now. The one before stays until the next; should this one
    /// be cut off it still tells most.
    /// </summary>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task CheckpointAsync(CancellationToken cancellationToken = default)
    {
        // One at a time; who comes meanwhile has finished a span that the next one tells of.
        if (Interlocked.Exchange(ref _checkpointing, 1) != 0)
            return;
        try
        {
            var checkpoint = Describe();
            if (!checkpoint.AllFiles().Any())
                return;
            var number = _lastCheckpoint + 1;
            await _store.PutIfAbsentAsync(
                PathOf(CollectionLayout.Checkpoint(number)), CheckpointFile.Write(checkpoint, number, _sealer),
                cancellationToken).ConfigureAwait(false);
            _lastCheckpoint = number;
            if (number > 2)
                await _store.DeleteAsync(PathOf(CollectionLayout.Checkpoint(number - 2)), cancellationToken)
                    .ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _checkpointing, 0);
        }
    }

    /// <summary>Waits until what is being completed is in the store, or cannot come there any more.</summary>
    /// <returns>Ends then; never fails.</returns>
    public async Task SettleAsync() =>
        await _files.WhenDurableAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>The layer's manifest with what the layer itself knows; the caller adds objects and spaces.</summary>
    /// <returns>The beginnings of the manifest.</returns>
    public BackupManifest DescribeLayer() =>
        new()
        {
            LayerId = LayerId,
            ChainId = _request.Parent?.Full.Manifest.LayerId ?? LayerId,
            ParentLayerId = _request.Parent?.Newest.Manifest.LayerId,
            Directory = Directory,
            Kind = _request.Parent is null ? LayerKind.Full : LayerKind.Incremental,
            Start = _request.Parent?.End ?? default,
            End = _request.End,
            Localities = Collection.LocalitiesOf(_store),
            EngineKind = _request.EngineKind,
            EngineVersion = _request.EngineVersion,
            EnginePackage = _request.EnginePackage,
            ClusterId = _request.ClusterId,
            CreatedBy = _request.CreatedBy,
        };

    /// <summary>
    /// Puts the manifest: before, there is no backup, after, there is a complete one. A put that reached the store
    /// although its answer was lost is recognised by the layer's id.
    /// </summary>
    /// <param name="manifest">The manifest, all files of which are complete.</param>
    /// <param name="cancellationToken">Ends the call; the layer may or may not be committed then.</param>
    /// <returns>The layer.</returns>
    /// <exception cref="BackupSqlException">
    /// 55006 the chain was extended meanwhile; 58P02 the directory was taken.
    /// </exception>
    public async Task<ChainLayer> CommitAsync(BackupManifest manifest, CancellationToken cancellationToken = default)
    {
        var path = PathOf(CollectionLayout.Manifest);
        var bytes = ManifestFile.Write(manifest, path, _sealer);
        // What cannot be read back must not become a backup.
        _ = ManifestFile.Parse(bytes, path, _sealer?.Key);
        await _files.WhenDurableAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        var turn = Turns[(uint)manifest.ChainId.GetHashCode(StringComparison.Ordinal) % (uint)Turns.Length];
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_request.Parent is { } parent)
            {
                await Claim(parent).TakeAsync(cancellationToken).ConfigureAwait(false);
                await _collection.RequireUnchangedAsync(parent, cancellationToken).ConfigureAwait(false);
            }

            if (_request.Confirm is { } confirm)
                await confirm(cancellationToken).ConfigureAwait(false);
            if (!await _store.PutIfAbsentAsync(path, bytes, cancellationToken).ConfigureAwait(false))
                manifest = await ReadCommittedAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }

        return new ChainLayer
        {
            Store = _store,
            Directory = Directory,
            Manifest = manifest,
            Key = _sealer?.Key,
        };
    }

    /// <summary>
    /// Removes what was written, after every sink was disposed, unless the layer turns out to be committed.
    /// </summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>True if the layer is gone; false if it is committed and was left alone.</returns>
    public async Task<bool> AbandonAsync(CancellationToken cancellationToken = default)
    {
        await _files.GiveUpAsync().ConfigureAwait(false);
        await SettleAsync().ConfigureAwait(false);
        return await LayerRemains.RemoveAsync(
            _store, Directory, LayerId, _request.JobId, cancellationToken).ConfigureAwait(false);
    }

    private ChildClaim Claim(Chain parent) =>
        new(_store, parent.Newest.Manifest.LayerId, LayerId, Directory, _request.JobId);

    private string PathOf(string name) => CollectionLayout.Join(Directory, name);

    // The name of the manifest was taken: by this put, whose answer was lost; by an earlier turn of the job, which died
    // right then; by a layer that was committed on this one's parent; or by a stranger.
    private async Task<BackupManifest> ReadCommittedAsync(CancellationToken cancellationToken)
    {
        var path = PathOf(CollectionLayout.Manifest);
        if (await ManifestFile.ReadAsync(_store, path, cancellationToken).ConfigureAwait(false) is not { } there)
            throw Errors.ChainMovedOn(_request.Parent?.Subdirectory ?? Directory);
        return there.Envelope.LayerId == LayerId ? there.Open(_sealer?.Key) : throw Errors.LayerExists(Directory);
    }

    private LayerCheckpoint Describe()
    {
        lock (_gate)
        {
            return new LayerCheckpoint
            {
                LayerId = LayerId,
                Spaces = [.. _carried.Values, .. _spaces.Select(space => space.Describe())],
            };
        }
    }

    // Files go on as they are if they say the same about the same keys; pages also out of an earlier snapshot, for
    // every
    // page is compared with them.
    private SpaceCheckpoint? TakeKept(SpaceWriteRequest request)
    {
        lock (_gate)
        {
            return _carried.Remove(request.Space, out var kept)
                && kept.Coverage == request.Coverage && kept.AllVersions == request.AllVersions
                && kept.PageSize == request.Shape.PageSize
                && (kept.IsOf(_request.End) || request.Space is PageSpace)
                    ? kept
                    : null;
        }
    }
}
