using System.Text;
using Backup.Sql.Collections.Sealing;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.Collections;

/// <summary>
/// Begins layers: settles the directory, marks it with a lock, and makes sure that nobody is dropping what is built on.
/// </summary>
/// <param name="collection">The collection.</param>
internal sealed class LayerStart(Collection collection)
{
    private const int MaxNameAttempts = 1000;

    /// <summary>Settles a new layer's directory and marks it with a lock.</summary>
    /// <param name="request">What layer.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The layer's writer.</returns>
    /// <exception cref="BackupSqlException">58P02 the directory asked for holds a backup.</exception>
    public async Task<LayerWriter> BeginAsync(LayerRequest request, CancellationToken cancellationToken = default)
    {
        if (request.Parent is { } parent)
            await RequireFilesAsync(parent, cancellationToken).ConfigureAwait(false);
        var store = StoreOf(request);
        await store.RemoveUnfinishedAsync("", cancellationToken).ConfigureAwait(false);
        if (request.Saved is { } saved)
        {
            if (await TryReopenAsync(store, request, saved, cancellationToken).ConfigureAwait(false) is { } reopened)
                return reopened;
            await collection.AbandonAsync(saved, request.JobId, cancellationToken).ConfigureAwait(false);
        }

        var id = new byte[16];
        request.Random.Fill(id);
        var layerId = Convert.ToHexStringLower(id);
        var directory = request.Directory is { } named
            ? await ClaimAsync(store, Collection.Checked(named), request, layerId, cancellationToken)
                .ConfigureAwait(false)
            : await ClaimFreeAsync(store, request, layerId, cancellationToken).ConfigureAwait(false);
        await RequireKeptAsync(request, store, directory, cancellationToken).ConfigureAwait(false);
        var key = await KeyOfAsync(request, store, directory, layerId, cancellationToken).ConfigureAwait(false);
        return new LayerWriter(collection, store, request, directory, layerId, KeptFiles.None(layerId), key);
    }

    // A full layer makes the key of its chain, and puts it before anything that is sealed with it.
    private ValueTask<ChainKey?> KeyOfAsync(
        LayerRequest request, IObjectStore store, string directory, string layerId,
        CancellationToken cancellationToken) =>
        request.Parent is { } parent
            ? ValueTask.FromResult(parent.Full.Key)
            : collection.Keys.MakeAsync(store, directory, layerId, request.Random, cancellationToken);

    // An increment on files that are gone would be a backup that never restores.
    private static async Task RequireFilesAsync(Chain chain, CancellationToken cancellationToken)
    {
        await foreach (var finding in Verification.CheckFilesAsync(chain, cancellationToken).ConfigureAwait(false))
            throw Errors.BrokenChain(chain.Newest.ToString(), $"{finding.Path}: {finding.Status}. {finding.Detail}");
    }

    private IObjectStore StoreOf(LayerRequest request) =>
        request is { Parent: not null, Directory: null } ? collection.Increments.Store : collection.Main;

    // On top of another layer than before, or where the name of the manifest is taken, nothing can be kept.
    private async Task<LayerWriter?> TryReopenAsync(
        IObjectStore store, LayerRequest request, SavedLayer saved, CancellationToken cancellationToken)
    {
        var manifest = CollectionLayout.Join(saved.Directory, CollectionLayout.Manifest);
        if (saved.ParentLayerId != request.Parent?.Newest.Manifest.LayerId || collection.StoreOf(saved) != store
            || await store.HeadAsync(manifest, cancellationToken).ConfigureAwait(false) is not null)
            return null;
        await request.Settled!(saved with { End = request.End }).ConfigureAwait(false);
        await LockAsync(store, saved.Directory, request.JobId, saved.LayerId, cancellationToken).ConfigureAwait(false);
        await RequireKeptAsync(request, store, saved.Directory, cancellationToken).ConfigureAwait(false);
        var key = await KeyOfAsync(request, store, saved.Directory, saved.LayerId, cancellationToken)
            .ConfigureAwait(false);
        var kept = await KeptFiles.LoadAsync(store, saved.Directory, saved.LayerId, key, cancellationToken)
            .ConfigureAwait(false);
        return new LayerWriter(collection, store, request, saved.Directory, saved.LayerId, kept, key);
    }

    /// <summary>
    /// Looks, with the lock in place, whether chain or directory are being dropped. Who drops puts a tombstone and then
    /// looks for locks: of the two, one at least sees the other.
    /// </summary>
    private async Task RequireKeptAsync(
        LayerRequest request, IObjectStore store, string directory, CancellationToken cancellationToken)
    {
        var dropped = await collection.Tombstones.ReadLayersAsync(cancellationToken).ConfigureAwait(false);
        var isDropped = dropped.ContainsDirectory(directory);
        if (!isDropped && (request.Parent is not { } parent
            || !ReferenceEquals(parent.Full.Store, collection.Main)
            || await collection.IsKeptAsync(parent, cancellationToken).ConfigureAwait(false)))
            return;
        var name = CollectionLayout.Join(directory, CollectionLayout.LockPrefix + request.JobId);
        await store.DeleteAsync(name, cancellationToken).ConfigureAwait(false);
        throw isDropped ? Errors.DropUnfinished(directory) : Errors.ChainMovedOn(request.Parent!.Subdirectory);
    }

    private Task SettleAsync(LayerRequest request, string directory, string layerId) =>
        request.Settled is not { } settled
            ? Task.CompletedTask
            : settled(new SavedLayer
            {
                LayerId = layerId,
                Directory = directory,
                InIncrementals = StoreOf(request) != collection.Main,
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
            ? collection.Increments.RootOf(parent.Subdirectory)
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
