using Backup.Sql.Collections.Format;
using Backup.Sql.Collections.Sealing;
using Backup.Sql.Storage;

namespace Backup.Sql.Collections;

/// <summary>Removes what a layer leaves behind that is given up, or that is committed.</summary>
internal static class LayerRemains
{
    private static readonly IReadOnlySet<string> Nothing = new HashSet<string>();

    /// <summary>Removes everything that a job has put for a layer, unless the layer is committed.</summary>
    /// <param name="store">Where the layer lies.</param>
    /// <param name="directory">Its directory; others may have written there too.</param>
    /// <param name="layerId">Its id.</param>
    /// <param name="jobId">The job.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>True if the layer is gone; false if it is committed and was left alone.</returns>
    public static async Task<bool> RemoveAsync(
        IObjectStore store, string directory, string layerId, string jobId,
        CancellationToken cancellationToken = default)
    {
        var manifest = CollectionLayout.Join(directory, CollectionLayout.Manifest);
        if (await ManifestFile.ReadEnvelopeAsync(store, manifest, cancellationToken)
            .ConfigureAwait(false) is { } envelope && envelope.LayerId == layerId)
            return false;
        // The data first: as long as the lock is there somebody may still look for the rest.
        var data = CollectionLayout.Join(directory, LayerFiles.NamePrefix(layerId));
        await DeleteAllAsync(store, data, Nothing, cancellationToken).ConfigureAwait(false);
        await new KeyObjects(store, directory).RemoveAsync(layerId, cancellationToken).ConfigureAwait(false);
        await RemoveUnfinishedAsync(store, directory, cancellationToken).ConfigureAwait(false);
        var own = CollectionLayout.Join(directory, CollectionLayout.LockPrefix + jobId);
        if (await store.HeadAsync(own, cancellationToken).ConfigureAwait(false) is null)
            return true;
        var checkpoints = CollectionLayout.Join(directory, CollectionLayout.CheckpointPrefix);
        await DeleteAllAsync(store, checkpoints, Nothing, cancellationToken).ConfigureAwait(false);
        if (await store.HeadAsync(manifest, cancellationToken).ConfigureAwait(false) is { } taken
            && await ManifestFile.IsVoidAsync(store, manifest, taken.Length, cancellationToken).ConfigureAwait(false))
            await store.DeleteAsync(manifest, cancellationToken).ConfigureAwait(false);
        await store.DeleteAsync(own, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Removes what a committed layer does not need any more. What stays is inert.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public static async Task TidyAsync(ChainLayer layer, CancellationToken cancellationToken = default)
    {
        var manifest = layer.Manifest;
        await DeleteAllAsync(
            layer.Store, layer.PathOf(CollectionLayout.CheckpointPrefix), Nothing, cancellationToken)
                .ConfigureAwait(false);
        // What an earlier turn had not noted before it died, or noted and this one wrote anew.
        var listed = manifest.Spaces.SelectMany(space => space.Files.Concat(space.DigestFiles))
            .Select(file => layer.PathOf(file.Name)).ToHashSet(StringComparer.Ordinal);
        await DeleteAllAsync(
            layer.Store, layer.PathOf(LayerFiles.NamePrefix(manifest.LayerId)), listed, cancellationToken)
                .ConfigureAwait(false);
        await RemoveUnfinishedAsync(layer.Store, layer.Directory, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// What earlier turns were writing when they died. Hints lie outside the layer's directory, beside those of others.
    /// </summary>
    private static async Task RemoveUnfinishedAsync(
        IObjectStore store, string directory, CancellationToken cancellationToken)
    {
        if (directory.Length > 0)
            await store.RemoveUnfinishedAsync(directory + "/", cancellationToken).ConfigureAwait(false);
        await store.RemoveUnfinishedAsync(CollectionLayout.Metadata, cancellationToken).ConfigureAwait(false);
    }

    private static async Task DeleteAllAsync(
        IObjectStore store, string prefix, IReadOnlySet<string> except, CancellationToken cancellationToken = default)
    {
        var names = new List<string>();
        var request = new ListRequest { Prefix = prefix };
        await foreach (var entry in store.ListAsync(request, cancellationToken).ConfigureAwait(false))
            names.Add(entry.Name);
        names.RemoveAll(except.Contains);
        await store.DeleteManyAsync(names, cancellationToken).ConfigureAwait(false);
    }
}
