using System.Text;
using Backup.Sql.Collections.Format;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.Collections;

/// <summary>
/// Looks at a collection as expiry needs it: from names, envelopes and notes, so that a damaged backup can be told and
/// dropped like any other.
/// </summary>
/// <param name="collection">The collection.</param>
/// <param name="places">Where else increments lie.</param>
internal sealed class CollectionSurvey(Collection collection, IReadOnlyList<IncrementPlace> places)
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
    /// up, and every file is there in its size.
    /// </summary>
    public async Task<bool> RestoresAsync(string directory, CancellationToken cancellationToken)
    {
        try
        {
            var chain = await collection.LoadChainAsync(directory, cancellationToken).ConfigureAwait(false);
            await foreach (var _ in Verification.CheckFilesAsync(chain, cancellationToken).ConfigureAwait(false))
                return false;
            return true;
        }
        catch (BackupSqlException error) when (
            error.SqlState is SqlStates.BrokenChain or SqlStates.ForeignBackup or SqlStates.DataCorrupted
                or SqlStates.UndefinedFile or SqlStates.UnsupportedFormat)
        {
            return false;
        }
    }

    /// <summary>Finds the jobs that hold locks of increments that are not committed.</summary>
    public async Task<IReadOnlyList<string>> FindLockersAsync(string directory, CancellationToken cancellationToken)
    {
        var lockers = new List<string>();
        foreach (var (elsewhere, store) in Places())
        {
            var found = await FindIncrementsAsync(store, directory, elsewhere is not null, cancellationToken)
                .ConfigureAwait(false);
            lockers.AddRange(found.Where(increment => !increment.IsCommitted).SelectMany(increment => increment.Locks));
        }

        return lockers;
    }

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
                    layers.Add(await ReadLayerAsync(store, place, increment, cancellationToken).ConfigureAwait(false));
                    continue;
                }

                unfinished.Add(new DroppedLayer(increment, null, place));
                lockers.AddRange(locks);
            }
        }

        layers.RemoveAll(layer => layer.Envelope is { } envelope && dropped.Contains(envelope.LayerId));
        return await AddNotesAsync(
            new SurveyedChain { Directory = directory, Layers = layers, Unfinished = unfinished, Lockers = lockers },
            noted, cancellationToken).ConfigureAwait(false);
    }

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

    private static async Task<IEnumerable<(
        string Directory, List<string> Locks, bool IsCommitted)>> FindIncrementsAsync(
        IObjectStore store, string directory, bool elsewhere, CancellationToken cancellationToken)
    {
        var root = ChainIncrements.RootOf(directory, elsewhere);
        var found = new SortedDictionary<string, (List<string> Locks, bool IsCommitted)>(StringComparer.Ordinal);
        var request = new ListRequest { Prefix = root, Delimiter = CollectionLayout.Data };
        await foreach (var entry in store.ListAsync(request, cancellationToken).ConfigureAwait(false))
        {
            var end = entry.Name.LastIndexOf(
                '/', entry.Name.Length - (entry.IsPrefix ? CollectionLayout.Data.Length + 1 : 1));
            if (end <= root.Length || !CollectionLayout.IsIncrementDirectory(entry.Name.AsSpan(root.Length..end)))
                continue;
            var (increment, name) = (entry.Name[..end], entry.Name[(end + 1)..]);
            var known = found.TryGetValue(increment, out var before) ? before : ([], false);
            if (name.StartsWith(CollectionLayout.LockPrefix, StringComparison.Ordinal))
                known.Locks.Add(name[CollectionLayout.LockPrefix.Length..]);
            found[increment] = (known.Locks, known.IsCommitted
                || (name == CollectionLayout.Manifest && !ManifestFile.IsVoid(entry.Length)));
        }

        return found.Select(pair => (pair.Key, pair.Value.Locks, pair.Value.IsCommitted));
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
