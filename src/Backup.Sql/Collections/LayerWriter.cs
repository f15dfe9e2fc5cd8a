using Backup.Sql.Collections.Format;
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

    private readonly Collection _collection;
    private readonly IObjectStore _store;
    private readonly LayerRequest _request;
    private readonly LayerFiles _files;

    /// <summary>A layer whose directory is settled; made by <see cref="Collection.BeginLayerAsync"/>.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="store">The store that the layer goes to.</param>
    /// <param name="request">What layer.</param>
    /// <param name="directory">Its directory in the store.</param>
    /// <param name="layerId">Its id.</param>
    public LayerWriter(
        Collection collection, IObjectStore store, LayerRequest request, string directory, string layerId)
    {
        _collection = collection;
        _store = store;
        _request = request;
        _files = new LayerFiles(store, directory, layerId);
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

        return new SpaceWriter(
            request, _files, _request.Compression, _request.FileBytes, _collection.Codecs, pageBase);
    }

    /// <summary>The layer's manifest with what the layer itself knows; the caller adds objects and spaces.</summary>
    /// <returns>The beginnings of the manifest.</returns>
    public BackupManifest DescribeLayer() =>
        new()
        {
            LayerId = LayerId,
            ChainId = _request.Parent?.Full.Manifest.LayerId ?? LayerId,
            ParentLayerId = _request.Parent?.Newest.Manifest.LayerId,
            Kind = _request.Parent is null ? LayerKind.Full : LayerKind.Incremental,
            Start = _request.Parent?.End ?? default,
            End = _request.End,
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
        var path = CollectionLayout.Join(Directory, CollectionLayout.Manifest);
        var bytes = ManifestFile.Write(manifest, path);
        // What cannot be read back must not become a backup.
        _ = ManifestFile.Parse(bytes, path);
        await _files.WhenDurableAsync().ConfigureAwait(false);
        var turn = Turns[(uint)manifest.ChainId.GetHashCode(StringComparison.Ordinal) % (uint)Turns.Length];
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_request.Parent is { } parent)
                await _collection.RequireUnchangedAsync(parent, cancellationToken).ConfigureAwait(false);
            if (!await _store.PutIfAbsentAsync(path, bytes, cancellationToken).ConfigureAwait(false)
                && !await IsCommittedAsync(cancellationToken).ConfigureAwait(false))
                throw Errors.LayerExists(Directory);
        }
        finally
        {
            turn.Release();
        }

        return new ChainLayer { Store = _store, Directory = Directory, Manifest = manifest };
    }

    /// <summary>
    /// Removes what was written, after every sink was disposed, unless the layer turns out to be committed.
    /// </summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>True if the layer is gone; false if it is committed and was left alone.</returns>
    public async Task<bool> AbandonAsync(CancellationToken cancellationToken = default)
    {
        await _files.WhenDurableAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (await IsCommittedAsync(cancellationToken).ConfigureAwait(false))
            return false;
        await Collection.DeleteLayerDataAsync(_store, Directory, LayerId, cancellationToken).ConfigureAwait(false);
        var name = CollectionLayout.Join(Directory, CollectionLayout.LockPrefix + _request.JobId);
        await _store.DeleteAsync(name, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async Task<bool> IsCommittedAsync(CancellationToken cancellationToken)
    {
        var path = CollectionLayout.Join(Directory, CollectionLayout.Manifest);
        var envelope = await ManifestFile.ReadEnvelopeAsync(_store, path, cancellationToken).ConfigureAwait(false);
        return envelope?.LayerId == LayerId;
    }
}
