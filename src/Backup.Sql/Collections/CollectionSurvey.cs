using System.Text;
using Backup.Sql.Collections.Format;
using Backup.Sql.Collections.Sealing;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.Collections;

/// <summary>
/// Looks at a collection as expiry needs it: from names, envelopes and notes, so that a damaged backup can be told and
/// dropped like any other.
/// </summary>
/// <param name="collection">The collection.</param>
/// <param name="places">Where else increments lie.</param>
/// <param name="kept">
/// Layers that are exempt from retention whatever their notes say: a note that is gone leaves no trace.
/// </param>
internal sealed class CollectionSurvey(
    Collection collection, IReadOnlyList<IncrementPlace> places, IReadOnlySet<string>? kept = null)
{
    /// <summary>Looks at all chains. Snapshots are none: they go by their label, or by themselves.</summary>
    public async Task<IReadOnlyList<SurveyedChain>> ListAsync(CancellationToken cancellationToken)
    {
        var noted = await collection.Notes.ListAsync(cancellationToken).ConfigureAwait(false);
        var snapshots = await SnapshotsAsync(cancellationToken).ConfigureAwait(false);
        var chains = new List<SurveyedChain>();
        foreach (var directory in await collection.ListBackupsAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!snapshots.ContainsKey(directory))
                chains.Add(await LookAsync(directory, noted, cancellationToken).ConfigureAwait(false));
        }

        return chains;
    }

    /// <summary>The labels of the snapshots, by the directories in which they lie.</summary>
    public async Task<IReadOnlyDictionary<string, string>> SnapshotsAsync(CancellationToken cancellationToken)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in await collection.Snapshots.ListAsync(whole: false, cancellationToken)
            .ConfigureAwait(false))
        {
            if (entry.Reservation is { } reservation)
                labels[reservation.Directory] = entry.Label;
        }

        return labels;
    }

    /// <summary>Looks at one chain; null if there is none.</summary>
    public async Task<SurveyedChain?> FindAsync(string directory, CancellationToken cancellationToken)
    {
        if (!await collection.HasBackupAsync(directory, cancellationToken).ConfigureAwait(false))
            return null;
        var noted = await collection.Notes.ListAsync(cancellationToken).ConfigureAwait(false);
        return await LookAsync(directory, noted, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Tells whether a chain restores as far as that can be told without reading data: its manifests are sound and join
    /// up, and every file is there in its size. Of an encrypted chain the files are not known without its key: its
    /// manifests must be sound and join up, and its key must lie beside it.
    /// </summary>
    public async Task<bool> RestoresAsync(string directory, CancellationToken cancellationToken)
    {
        try
        {
            var envelope = await collection.ReadEnvelopeAsync(directory, cancellationToken).ConfigureAwait(false);
            if (envelope.IsSealed)
            {
                await RequireSoundAsync(directory, envelope, cancellationToken).ConfigureAwait(false);
                return true;
            }

            var chain = await collection.LoadChainAsync(directory, cancellationToken).ConfigureAwait(false);
            await foreach (var _ in Verification.CheckFilesAsync(chain, cancellationToken).ConfigureAwait(false))
                return false;
            return true;
        }
        catch (BackupSqlException error) when (
            error.SqlState is SqlStates.BrokenChain or SqlStates.ForeignBackup or SqlStates.DataCorrupted
                or SqlStates.UndefinedFile or SqlStates.UnsupportedFormat or SqlStates.Undecryptable)
        {
            return false;
        }
    }

    private async Task RequireSoundAsync(
        string directory, ManifestEnvelope envelope, CancellationToken cancellationToken)
    {
        await new KeyObjects(collection.Main, directory)
            .LoadAsync(envelope.ChainId, envelope.KeyCheck, cancellationToken).ConfigureAwait(false);
        foreach (var layer in await collection.FindLayersAsync(directory, cancellationToken).ConfigureAwait(false))
        {
            // Read whole, a manifest has its checksum compared.
            var store = layer.Kind == LayerKind.Full ? collection.Main : collection.Increments.Store;
            await ChainLayer.ReadAsync(store, layer.Directory, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Finds what was begun and is not committed: full backups anywhere in the collection, increments of one chain.
    /// </summary>
    /// <param name="directory">The chain.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Directories, each with the jobs that hold a lock there.</returns>
    public async Task<IReadOnlyList<UnfinishedLayer>> FindUnfinishedAsync(
        string directory, CancellationToken cancellationToken)
    {
        var dropped = await collection.Tombstones.ReadLayersAsync(cancellationToken).ConfigureAwait(false);
        var found = new List<UnfinishedLayer>();
        foreach (var (elsewhere, store) in Places())
        {
            found.AddRange(await FindIncrementsAsync(store, directory, elsewhere is not null, cancellationToken)
                .ConfigureAwait(false));
        }

        foreach (var year in await collection.ListYearsAsync(cancellationToken).ConfigureAwait(false))
        {
            found.AddRange(await FindDirectoriesAsync(
                collection.Main, year, name => CollectionLayout.TryParseFullDirectory(year + name, out _),
                cancellationToken).ConfigureAwait(false));
        }

        return [.. found.Where(layer => !layer.IsCommitted && !dropped.ContainsDirectory(layer.Directory))];
    }

    /// <summary>Finds the jobs that are adding to what is dropped: that hold locks and have not committed.</summary>
    /// <param name="tombstone">
    /// What is dropped. Its layers were committed, so the locks beside them are nobody's, also when the manifest is
    /// gone.
    /// </param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The jobs.</returns>
    public async Task<IReadOnlyList<string>> FindLockersAsync(Tombstone tombstone, CancellationToken cancellationToken)
    {
        var committed = tombstone.Layers.Where(layer => layer.LayerId is not null).ToList();
        var lockers = new List<string>(await new UnlistedLayers(Places())
            .FindLockersAsync([.. committed.Select(layer => layer.LayerId!)], cancellationToken).ConfigureAwait(false));
        foreach (var (elsewhere, store) in Places())
        {
            var found = await FindIncrementsAsync(store, tombstone.Chain, elsewhere is not null, cancellationToken)
                .ConfigureAwait(false);
            lockers.AddRange(found
                .Where(increment => !increment.IsCommitted && !committed.Any(
                    layer => layer.Place == elsewhere && layer.Directory == increment.Directory))
                .SelectMany(increment => increment.Locks));
        }

        return lockers;
    }

    /// <summary>What a backup's manifest begins with that takes up a whole location; null if there is none.</summary>
    /// <exception cref="BackupSqlException">XX001 it is damaged.</exception>
    public static async Task<ManifestEnvelope?> FindAtLocationAsync(
        IObjectStore store, CancellationToken cancellationToken) =>
        await ManifestFile.ReadEnvelopeAsync(store, CollectionLayout.Manifest, cancellationToken).ConfigureAwait(false);

    private IEnumerable<(string? Place, IObjectStore Store)> Places() =>
        places.Select(place => ((string?)place.Location, place.Store)).Prepend((null, collection.Main));

    private async Task<SurveyedChain> LookAsync(
        string directory, IReadOnlySet<string> noted, CancellationToken cancellationToken)
    {
        var dropped = await collection.Tombstones.ReadLayersAsync(cancellationToken).ConfigureAwait(false);
        var full = await ReadLayerAsync(collection.Main, null, directory, cancellationToken).ConfigureAwait(false);
        var layers = new List<SurveyedLayer> { full };
        var unfinished = new List<DroppedLayer>();
        var lockers = new List<string>();
        await AddLockersAsync(full, lockers, cancellationToken).ConfigureAwait(false);
        foreach (var (place, store) in Places())
        {
            var found = await FindIncrementsAsync(store, directory, place is not null, cancellationToken)
                .ConfigureAwait(false);
            foreach (var (increment, locks, isCommitted) in found)
            {
                if (isCommitted)
                {
                    var layer = await ReadLayerAsync(store, place, increment, cancellationToken).ConfigureAwait(false);
                    if (place is null || IsOf(full, layer))
                        layers.Add(layer);
                    continue;
                }

                unfinished.Add(new DroppedLayer(increment, null, place));
                lockers.AddRange(locks);
            }
        }

        await new UnlistedLayers(Places()).AddAsync(layers, ReadLayerAsync, cancellationToken).ConfigureAwait(false);
        layers.RemoveAll(layer => layer.Envelope is { } envelope && dropped.Contains(envelope.LayerId));
        return await AddNotesAsync(
            new SurveyedChain { Directory = directory, Layers = layers, Unfinished = unfinished, Lockers = lockers },
            noted, cancellationToken).ConfigureAwait(false);
    }

    // At a place that collections share their full backups may have one name.
    private static bool IsOf(SurveyedLayer full, SurveyedLayer increment) =>
        full.Envelope is null || increment.Envelope is null || increment.Envelope.ChainId == full.Envelope.LayerId;

    private async Task<SurveyedChain> AddNotesAsync(
        SurveyedChain chain, IReadOnlySet<string> noted, CancellationToken cancellationToken)
    {
        var keepForever = false;
        DateTimeOffset? expires = null;
        foreach (var envelope in chain.Layers.Select(layer => layer.Envelope).OfType<ManifestEnvelope>())
        {
            var note = noted.Contains(envelope.LayerId)
                ? await collection.Notes.ReadAsync(envelope.LayerId, cancellationToken).ConfigureAwait(false)
                : null;
            keepForever |= note?.KeepForever ?? envelope.KeepForever;
            keepForever |= kept?.Contains(envelope.LayerId) == true;
            if (envelope.Kind == LayerKind.Full)
                expires = note?.Expires;
        }

        return chain with { KeepForever = keepForever, Expires = expires };
    }

    private static async Task<SurveyedLayer> ReadLayerAsync(
        IObjectStore store, string? place, string directory, CancellationToken cancellationToken)
    {
        try
        {
            var name = CollectionLayout.Join(directory, CollectionLayout.Manifest);
            var envelope = await ManifestFile.ReadEnvelopeAsync(store, name, cancellationToken).ConfigureAwait(false);
            return new SurveyedLayer(store, place, directory, envelope);
        }
        catch (BackupSqlException error) when (error.SqlState is SqlStates.DataCorrupted or SqlStates.UnsupportedFormat)
        {
            return new SurveyedLayer(store, place, directory, null);
        }
    }

    private static Task<IEnumerable<UnfinishedLayer>> FindIncrementsAsync(
        IObjectStore store, string directory, bool elsewhere, CancellationToken cancellationToken) =>
        FindDirectoriesAsync(
            store, ChainIncrements.RootOf(directory, elsewhere),
            static name => CollectionLayout.IsIncrementDirectory(name), cancellationToken);

    private static async Task<IEnumerable<UnfinishedLayer>> FindDirectoriesAsync(
        IObjectStore store, string root, Func<string, bool> isLayer, CancellationToken cancellationToken)
    {
        var found = new SortedDictionary<string, (List<string> Locks, bool IsCommitted)>(StringComparer.Ordinal);
        var request = new ListRequest { Prefix = root, Delimiter = CollectionLayout.Data };
        await foreach (var entry in store.ListAsync(request, cancellationToken).ConfigureAwait(false))
        {
            var end = entry.IsPrefix
                ? entry.Name.Length - CollectionLayout.Data.Length - 1
                : entry.Name.LastIndexOf('/');
            if (end <= root.Length || !isLayer(entry.Name[root.Length..end]))
                continue;
            var (increment, name) = (entry.Name[..end], entry.Name[(end + 1)..]);
            var known = found.TryGetValue(increment, out var before) ? before : ([], false);
            if (name.StartsWith(CollectionLayout.LockPrefix, StringComparison.Ordinal))
                known.Locks.Add(name[CollectionLayout.LockPrefix.Length..]);
            found[increment] = (known.Locks, known.IsCommitted || (name == CollectionLayout.Manifest
                && !await ManifestFile.IsVoidAsync(store, entry.Name, entry.Length, cancellationToken)
                    .ConfigureAwait(false)));
        }

        var layers = new List<UnfinishedLayer>(found.Count);
        foreach (var (layer, (locks, isListed)) in found)
        {
            var isCommitted = isListed || await IsCommittedUnlistedAsync(store, layer, cancellationToken)
                .ConfigureAwait(false);
            layers.Add(new UnfinishedLayer(layer, locks, isCommitted));
        }

        return layers;
    }

    private static async Task<bool> IsCommittedUnlistedAsync(
        IObjectStore store, string directory, CancellationToken cancellationToken)
    {
        if (store.Capabilities.HasFlag(StoreCapabilities.StrongListing))
            return false;
        var name = CollectionLayout.Join(directory, CollectionLayout.Manifest);
        return await store.HeadAsync(name, cancellationToken).ConfigureAwait(false) is { } manifest
            && !await ManifestFile.IsVoidAsync(store, name, manifest.Length, cancellationToken).ConfigureAwait(false);
    }

    // In the directory of the full backup there may be a second job, which will find it taken.
    private static async Task AddLockersAsync(
        SurveyedLayer full, List<string> lockers, CancellationToken cancellationToken)
    {
        var request = new ListRequest { Prefix = CollectionLayout.Join(full.Directory, CollectionLayout.LockPrefix) };
        await foreach (var entry in full.Store.ListAsync(request, cancellationToken).ConfigureAwait(false))
        {
            var layerId = new byte[Math.Min(entry.Length, 64)];
            await full.Store.ReadAsync(entry.Name, 0, layerId, cancellationToken).ConfigureAwait(false);
            if (full.Envelope is { } envelope && Encoding.ASCII.GetString(layerId) != envelope.LayerId)
                lockers.Add(entry.Name[request.Prefix.Length..]);
        }
    }
}
