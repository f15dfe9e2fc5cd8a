using System.Text;
using Backup.Sql.Catalog;
using Backup.Sql.Collections.Format;
using Backup.Sql.Collections.Sealing;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.Collections;

/// <summary>
/// A place that holds full backups and their increments. Everything is found by listing manifests; other objects are
/// hints. Nothing is ever overwritten.
/// </summary>
internal sealed class Collection
{
    private readonly IObjectStore _main;

    private Collection(IObjectStore main, IObjectStore? incrementals, CompressionCodecs codecs, ChainKeys keys)
    {
        _main = main;
        Increments = new ChainIncrements(main, incrementals);
        Codecs = codecs;
        Keys = keys;
        Snapshots = new SnapshotLabels(main);
    }

    /// <summary>The codecs that data files are read with.</summary>
    public CompressionCodecs Codecs { get; }

    /// <summary>What opens sealed chains, and seals new ones.</summary>
    public ChainKeys Keys { get; }

    /// <summary>What changed about layers since they were committed.</summary>
    public LayerNotes Notes => new(_main);

    /// <summary>What is dropped and perhaps not yet gone.</summary>
    public Tombstones Tombstones => new(_main);

    /// <summary>The store of the full backups and the metadata.</summary>
    public IObjectStore Main => _main;

    /// <summary>Finds the increments.</summary>
    public ChainIncrements Increments { get; }

    /// <summary>Names the newest full backup.</summary>
    public LatestHints Hints => new(_main);

    /// <summary>The localities that increments have locations for; null where there is one location only.</summary>
    public IReadOnlyList<string>? IncrementLocalities => LocalitiesOf(Increments.Store);

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
    /// <param name="keys">What opens sealed chains, which the caller goes on owning; null for nothing.</param>
    /// <returns>The collection.</returns>
    public static Collection Open(
        IObjectStore main, IObjectStore? incrementals = null, CompressionCodecs? codecs = null,
        ChainKeys? keys = null) =>
        new(main, incrementals, codecs ?? CompressionCodecs.Default, keys ?? new ChainKeys());

    /// <summary>Loads a chain out of single locations, as the deprecated forms without IN name them.</summary>
    /// <param name="locations">
    /// The full backup and increments on top of it. Increments that were appended below the full backup are found by
    /// themselves.
    /// </param>
    /// <param name="keys">What opens the chain.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The chain.</returns>
    /// <exception cref="BackupSqlException">58P01 a location holds no backup; BS001 they do not join up.</exception>
    public static async Task<Chain> LoadLocationsAsync(
        IReadOnlyList<IObjectStore> locations, ChainKeys keys, CancellationToken cancellationToken = default)
    {
        var full = await ChainLayer.LoadAsync(locations[0], "", keys, cancellationToken).ConfigureAwait(false);
        var layers = new List<ChainLayer>();
        foreach (var store in locations.Skip(1))
            layers.Add(await ChainLayer.LoadAsync(store, "", full.Key, cancellationToken).ConfigureAwait(false));
        layers.AddRange(
            await Open(locations[0]).Increments.LoadAsync(full, cancellationToken).ConfigureAwait(false));
        return Chain.Build("", full, layers);
    }

    /// <summary>Lists the full backups.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Their sub-directories, ascending.</returns>
    /// <exception cref="BackupSqlException">55000 the location is itself one backup.</exception>
    public async Task<IReadOnlyList<string>> ListBackupsAsync(CancellationToken cancellationToken = default)
    {
        var found = new List<string>();
        foreach (var year in await ListYearsAsync(cancellationToken).ConfigureAwait(false))
        {
            var request = new ListRequest { Prefix = year, Delimiter = CollectionLayout.Data };
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

    /// <summary>Lists the directories that hold the full backups of a year.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>For example <c>2026/</c>.</returns>
    /// <exception cref="BackupSqlException">55000 the location is itself one backup.</exception>
    public async Task<IReadOnlyList<string>> ListYearsAsync(CancellationToken cancellationToken)
    {
        var years = new List<string>();
        var roots = new ListRequest { Delimiter = "/" };
        await foreach (var year in _main.ListAsync(roots, cancellationToken).ConfigureAwait(false))
        {
            if (!year.IsPrefix && year.Name == CollectionLayout.Manifest)
                throw Errors.LocationIsBackup();
            if (year is { IsPrefix: true, Name.Length: 5 }
                && !year.Name.AsSpan(0, 4).ContainsAnyExceptInRange('0', '9'))
                years.Add(year.Name);
        }

        return years;
    }

    /// <summary>Finds the full backup with the latest end; snapshots do not count.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Its sub-directory; null when there is none.</returns>
    /// <remarks>
    /// A directory is named by its end or, where that was taken, a little later; so no name before the best end found
    /// can hide a later one. The hint is a candidate like any other.
    /// </remarks>
    /// <exception cref="BackupSqlException">XX001 one that may be the newest is damaged.</exception>
    public Task<string?> GetLatestAsync(CancellationToken cancellationToken = default) =>
        GetLatestAsync(evenDamaged: false, cancellationToken);

    /// <summary>Finds the full backup that LATEST means, also for who wants to know what is wrong with it.</summary>
    /// <param name="evenDamaged">
    /// True to get one whose manifest cannot be read if, by its name, no other one is newer; false to fail.
    /// </param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Its sub-directory; null when there is none.</returns>
    public async Task<string?> GetLatestAsync(bool evenDamaged, CancellationToken cancellationToken)
    {
        var names = await ListBackupsAsync(cancellationToken).ConfigureAwait(false);
        var hint = evenDamaged ? null : await Hints.FindAsync(cancellationToken).ConfigureAwait(false);
        // A listing may lag behind: a hint is as good.
        if (hint is not null && !names.Contains(hint) && CollectionLayout.TryParseFullDirectory(hint, out _)
            && await HasBackupAsync(hint, cancellationToken).ConfigureAwait(false))
            names = [.. names, hint];
        string? best = null;
        HlcTimestamp bestEnd = default;
        foreach (var name in names.Where(name => name == hint).Concat(names.Reverse()))
        {
            if (best is not null && string.CompareOrdinal(name, CollectionLayout.FullDirectory(bestEnd)) < 0)
                break;
            try
            {
                var path = CollectionLayout.Join(name, CollectionLayout.Manifest);
                var envelope = await ManifestFile.ReadEnvelopeAsync(_main, path, cancellationToken)
                    .ConfigureAwait(false);
                // One that is listed still, and gone, is none.
                if (envelope is { Snapshot: null } && (best is null || envelope.End > bestEnd))
                    (best, bestEnd) = (name, envelope.End);
            }
            catch (BackupSqlException error) when (
                evenDamaged && error.SqlState is SqlStates.DataCorrupted or SqlStates.UnsupportedFormat)
            {
                return name;
            }
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
        ManifestFile.RequireEnvelopeAsync(_main, Checked(subdirectory), cancellationToken);

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
        var full = await ChainLayer.LoadAsync(_main, directory, Keys, cancellationToken).ConfigureAwait(false);
        var increments = await Increments.LoadAsync(full, cancellationToken).ConfigureAwait(false);
        var dropped = await Tombstones.ReadLayersAsync(cancellationToken).ConfigureAwait(false);
        if (dropped.Contains(full.Manifest.LayerId))
            throw Errors.NoBackup(directory);
        return Chain.Build(
            directory, full, [.. increments.Where(layer => !dropped.Contains(layer.Manifest.LayerId))]);
    }

    /// <summary>Finds the layers of a chain by their envelopes.</summary>
    /// <param name="subdirectory">Sub-directory of the full backup.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The layers, the full one first.</returns>
    /// <exception cref="BackupSqlException">As <see cref="LoadChainAsync"/>.</exception>
    public async Task<IReadOnlyList<FoundLayer>> FindLayersAsync(
        string subdirectory, CancellationToken cancellationToken = default)
    {
        var directory = Checked(subdirectory);
        var full = new FoundLayer(
            directory,
            await ManifestFile.RequireEnvelopeAsync(_main, directory, cancellationToken).ConfigureAwait(false));
        var increments = await Increments.FindLayersAsync(full, cancellationToken).ConfigureAwait(false);
        var dropped = await Tombstones.ReadLayersAsync(cancellationToken).ConfigureAwait(false);
        if (dropped.Contains(full.LayerId))
            throw Errors.NoBackup(directory);
        return ChainOrder.Of(full, [.. increments.Where(layer => !dropped.Contains(layer.LayerId))]);
    }

    /// <summary>Finds the layers of a chain that was listed.</summary>
    /// <returns>None when it was dropped since.</returns>
    /// <exception cref="BackupSqlException">As <see cref="LoadChainAsync"/>.</exception>
    public async Task<IReadOnlyList<FoundLayer>> FindListedLayersAsync(
        string subdirectory, CancellationToken cancellationToken = default)
    {
        try
        {
            return await FindLayersAsync(subdirectory, cancellationToken).ConfigureAwait(false);
        }
        catch (BackupSqlException gone) when (gone.SqlState == SqlStates.UndefinedFile)
        {
            var paths = await ListBackupsAsync(cancellationToken).ConfigureAwait(false);
            if (paths.Contains(subdirectory, StringComparer.Ordinal))
                throw;
            return [];
        }
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
            // Names and envelopes tell, so that the chains beside it need no key.
            var layers = await FindListedLayersAsync(path, cancellationToken).ConfigureAwait(false);
            if (layers.FirstOrDefault(layer => BackupIds.Of(layer) == id) is not { } named)
                continue;
            var chain = await LoadChainAsync(path, cancellationToken).ConfigureAwait(false);
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

    /// <summary>Looks whether a layer that a job began is committed.</summary>
    /// <param name="saved">The layer.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The layer; null if it is not committed.</returns>
    public async Task<ChainLayer?> FindCommittedAsync(SavedLayer saved, CancellationToken cancellationToken = default)
    {
        var store = StoreOf(saved);
        var path = CollectionLayout.Join(saved.Directory, CollectionLayout.Manifest);
        var stored = await ManifestFile.ReadAsync(store, path, cancellationToken).ConfigureAwait(false);
        if (stored is null || stored.Envelope.LayerId != saved.LayerId)
            return null;
        var isFull = stored.Envelope.Kind == LayerKind.Full;
        var key = await Keys.FindAsync(
            stored.Envelope, isFull ? store : _main,
            isFull ? saved.Directory : CollectionLayout.FullOf(saved.Directory), cancellationToken)
            .ConfigureAwait(false);
        return ChainLayer.Open(store, saved.Directory, stored, key);
    }

    /// <summary>Removes what a job has written of a layer that does not go on, unless it is committed.</summary>
    /// <param name="saved">The layer.</param>
    /// <param name="jobId">The job.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task AbandonAsync(SavedLayer saved, string jobId, CancellationToken cancellationToken = default) =>
        LayerRemains.RemoveAsync(
            StoreOf(saved), saved.Directory, saved.LayerId, jobId, cancellationToken);

    /// <summary>Checks that a chain is still what a plan saw.</summary>
    /// <param name="chain">The chain as it was.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="BackupSqlException">55006 somebody extended or removed it.</exception>
    public async Task RequireUnchangedAsync(Chain chain, CancellationToken cancellationToken = default)
    {
        var home = ReferenceEquals(chain.Full.Store, _main) ? this : Open(chain.Full.Store, null, Codecs);
        var increments = await home.Increments.FindOthersAsync(chain, cancellationToken).ConfigureAwait(false);
        var full = await ManifestFile.ReadEnvelopeAsync(
            chain.Full.Store, chain.Full.PathOf(CollectionLayout.Manifest), cancellationToken).ConfigureAwait(false);
        if (full?.LayerId != chain.Full.Manifest.LayerId
            || increments.Any(layer => layer.End > chain.End && layer.ChainId == full.LayerId)
            || !await home.IsKeptAsync(chain, cancellationToken).ConfigureAwait(false))
            throw Errors.ChainMovedOn(chain.Subdirectory);
    }

    /// <summary>
    /// True if nothing of a chain is dropped, and its newest layer, on which the next would stand, is there.
    /// </summary>
    public async Task<bool> IsKeptAsync(Chain chain, CancellationToken cancellationToken)
    {
        var dropped = await Tombstones.ReadLayersAsync(cancellationToken).ConfigureAwait(false);
        return !chain.Layers.Any(layer => dropped.Contains(layer.Manifest.LayerId))
            && await chain.Newest.Store.HeadAsync(
                chain.Newest.PathOf(CollectionLayout.Manifest), cancellationToken).ConfigureAwait(false) is not null;
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
            || await Hints.FindAsync(cancellationToken).ConfigureAwait(false) != directory
            || await GetLatestAsync(cancellationToken).ConfigureAwait(false) is not { } latest)
            return;
        var envelope = await ManifestFile.RequireEnvelopeAsync(_main, latest, cancellationToken).ConfigureAwait(false);
        if (CollectionLayout.LatestBefore(first.Name, envelope.LayerId) is { } name)
            await _main.PutIfAbsentAsync(name, Encoding.UTF8.GetBytes(latest), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Says where a full backup lies.</summary>
    /// <param name="subdirectory">The sub-directory as given.</param>
    /// <returns>Its store and its directory.</returns>
    public (IObjectStore Store, string Directory) LocateFull(string subdirectory) => (_main, Checked(subdirectory));

    /// <summary>A directory that a user named, as object names hold it; empty for the location itself.</summary>
    public static string Checked(string subdirectory) =>
        subdirectory.Length == 0 ? "" : CollectionLayout.Normalize(subdirectory);

    private async Task RequireManifestAtLocationAsync(CancellationToken cancellationToken)
    {
        if (await _main.HeadAsync(CollectionLayout.Manifest, cancellationToken).ConfigureAwait(false) is not null)
            return;
        var backups = await ListBackupsAsync(cancellationToken).ConfigureAwait(false);
        throw backups.Count > 0 ? Errors.LocationIsCollection() : Errors.NoBackupAtLocation();
    }

    /// <summary>The store that a layer which a job began lies in.</summary>
    public IObjectStore StoreOf(SavedLayer saved) => saved.InIncrementals ? Increments.Store : _main;
}
