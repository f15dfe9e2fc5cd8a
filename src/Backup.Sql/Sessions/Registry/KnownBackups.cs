using Backup.Sql.Binding;
using Backup.Sql.Catalog;
using Backup.Sql.Collections;
using Backup.Sql.Diagnostics;
using Backup.Sql.Planning;
using Backup.Sql.Planning.Steps;
using Backup.Sql.Storage;

namespace Backup.Sql.Sessions.Registry;

/// <summary>
/// What the registry remembers of a collection, to be compared with what is there. A chain that lost its newest layers
/// looks whole, and LATEST means an older one: only somebody outside the collection can tell.
/// </summary>
internal sealed class KnownBackups(BackupRegistry registry, CollectionOpener collections)
{
    /// <summary>The layers of a chain.</summary>
    /// <param name="location">The collection, sealed.</param>
    /// <param name="incrementals">Where its increments lie, sealed; null for below the collection.</param>
    /// <param name="directory">Directory of the full layer.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<IReadOnlyList<KnownLayer>> OfChainAsync(
        string location, string? incrementals, string directory, CancellationToken cancellationToken)
    {
        var place = incrementals is null ? null : PlaceOf(incrementals);
        return
        [
            .. from backup in await OfCollectionAsync(location, cancellationToken).ConfigureAwait(false)
               where backup.Chain == directory
               where backup.Path == backup.Chain
                   || (backup.IncrementalLocation is { } other ? PlaceOf(other) : null) == place
               select Layer(backup),
        ];
    }

    /// <summary>The full backup with the latest end.</summary>
    /// <param name="location">The collection, sealed.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The backup; null when the registry knows none.</returns>
    public async Task<KnownLayer?> FindNewestFullAsync(string location, CancellationToken cancellationToken)
    {
        var all = await OfCollectionAsync(location, cancellationToken).ConfigureAwait(false);
        return all.Where(backup => backup.Path == backup.Chain).Select(Layer).MaxBy(layer => layer.End);
    }

    /// <summary>Finds the newest layer that is gone from a chain although nobody dropped it.</summary>
    /// <param name="location">The collection, sealed.</param>
    /// <param name="incrementals">Where its increments lie, sealed; null for below the collection.</param>
    /// <param name="directory">Directory of the chain's full layer.</param>
    /// <param name="isLatest">True for the chain that LATEST means: a newer one may be gone too.</param>
    /// <param name="left">The newest time that the chain restores.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The layer, newer than what is left; null for none.</returns>
    public async Task<KnownLayer?> FindLostAsync(
        string location, string? incrementals, string directory, bool isLatest, HlcTimestamp left,
        CancellationToken cancellationToken)
    {
        var known = (await OfChainAsync(location, incrementals, directory, cancellationToken).ConfigureAwait(false))
            .ToList();
        if (isLatest && await FindNewestFullAsync(location, cancellationToken).ConfigureAwait(false) is { } full)
            known.Add(full);
        known.RemoveAll(layer => layer.End <= left);
        if (known.Count == 0)
            return null;
        var opened = await collections.OpenAsync(location, incrementals, cancellationToken).ConfigureAwait(false);
        await using var _ = opened.ConfigureAwait(false);
        var collection = opened.Collection;
        var dropped = await collection.Tombstones.ReadLayersAsync(cancellationToken).ConfigureAwait(false);
        foreach (var layer in known.Where(layer => !dropped.Contains(layer.LayerId))
            .OrderByDescending(layer => layer.End))
        {
            var store = layer.LayerId == layer.ChainId ? collection.Main : collection.Increments.Store;
            var manifest = CollectionLayout.Join(layer.Directory, CollectionLayout.Manifest);
            if (await store.HeadAsync(manifest, cancellationToken).ConfigureAwait(false) is not { } there
                || await Collections.Format.ManifestFile.IsVoidAsync(store, manifest, there.Length, cancellationToken)
                    .ConfigureAwait(false))
                return layer;
        }

        return null;
    }

    /// <summary>
    /// Refuses a RESTORE of the newest there is where something newer is gone: what is left is given by its time.
    /// </summary>
    /// <param name="restore">The statement.</param>
    /// <param name="plan">Its plan.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="BackupSqlException">BS001 a newer backup is gone.</exception>
    public async Task RequireNewestAsync(
        BoundRestore restore, ExecutionPlan plan, CancellationToken cancellationToken)
    {
        if (restore is not { AsOf: null, Snapshot: null, Locations.Count: 0 }
            || (restore is { WithIds: true, Subdirectory: { } id } && BackupIds.TryParse(id, out _))
            || plan.Steps.OfType<OpenChainStep>().FirstOrDefault() is not { Subdirectory.Length: > 0 } open)
            return;
        if (await FindLostAsync(
            open.Collection, open.Incrementals, open.Subdirectory, restore.Subdirectory is null, open.At,
            cancellationToken).ConfigureAwait(false) is { } lost)
        {
            throw Errors.NewerBackupGone(
                lost.Name, lost.Directory, lost.End.ToDateTimeOffset(), open.At.ToDateTimeOffset());
        }
    }

    private async Task<IEnumerable<RegisteredBackup>> OfCollectionAsync(
        string location, CancellationToken cancellationToken)
    {
        var place = PlaceOf(location);
        var all = await registry.ListAsync(cancellationToken).ConfigureAwait(false);
        return all.Select(backup => backup.Value).Where(backup => backup is
        {
            State: BackupState.Succeeded, Collection: not null, LayerId: not null, ChainId: not null,
            Chain.Length: > 0, Path: not null, End: not null,
        } && PlaceOf(backup.Collection) == place);
    }

    private static KnownLayer Layer(RegisteredBackup backup) =>
        new(backup.LayerId!, backup.ChainId!, backup.Path!, backup.End!.Value, backup.FullName);

    private static string PlaceOf(string location) =>
        StoreUri.Parse(LocationList.DefaultOf(location)).ToString().TrimEnd('/');
}
