using System.Buffers.Binary;
using System.Collections.Concurrent;
using Backup.Sql.Collections.Format;
using Backup.Sql.Collections.Sealing;
using Backup.Sql.Diagnostics;
using Backup.Sql.Rows;
using Backup.Sql.Storage;

namespace Backup.Sql.Collections;

/// <summary>Carries out <see cref="Verification.ValidateAsync"/>.</summary>
internal sealed class ChainValidator(Collection collection, ValidationRequest request, IRandomSource random)
{
    private readonly ConcurrentBag<Finding> _findings = [];
    private readonly ConcurrentDictionary<(ChainLayer Layer, SpaceManifest Space), SpaceSums> _sums = [];
    private readonly HashSet<string> _badDirectories = new(StringComparer.Ordinal);
    private bool? _isSealed;
    private bool? _hasKeys;

    /// <summary>Checks everything.</summary>
    /// <param name="cancellationToken">Ends the check.</param>
    public async Task<ValidationReport> RunAsync(CancellationToken cancellationToken)
    {
        var layers = await LoadLayersAsync(cancellationToken).ConfigureAwait(false);
        var chain = BuildChain(layers);
        var (read, listed) = await ReadFilesAsync(layers, cancellationToken).ConfigureAwait(false);
        foreach (var layer in layers)
        {
            foreach (var space in layer.Manifest.Spaces)
                CheckStream(layer, space);
        }

        if (chain is not null)
            await CheckStatesAsync(chain, cancellationToken).ConfigureAwait(false);
        foreach (var layer in layers)
        {
            if (await collection.Notes.CheckAsync(layer.Manifest.LayerId, cancellationToken)
                .ConfigureAwait(false) is { } finding)
                _findings.Add(finding);
        }

        return new ValidationReport
        {
            Findings =
            [
                .. _findings.Distinct().OrderBy(finding => finding.Path, StringComparer.Ordinal)
                    .ThenBy(finding => finding.Status, StringComparer.Ordinal),
            ],
            Layers = layers,
            FilesRead = read,
            FilesListed = listed,
        };
    }

    private async Task<List<ChainLayer>> LoadLayersAsync(CancellationToken cancellationToken)
    {
        var layers = new List<ChainLayer>();
        var dropped = await collection.Tombstones.ReadLayersAsync(cancellationToken).ConfigureAwait(false);
        var (main, path) = collection.LocateFull(request.Subdirectory);
        var store = collection.Increments.Store;
        var directories = await collection.Increments.FindAsync(path, cancellationToken).ConfigureAwait(false);
        if (await main.HeadAsync(CollectionLayout.Join(path, CollectionLayout.Manifest), cancellationToken)
            .ConfigureAwait(false) is null)
            ReportLostFull(path, directories.Count, dropped);
        else if (await TryLoadAsync(main, path, path, cancellationToken).ConfigureAwait(false) is { } full)
            layers.Add(full);
        foreach (var directory in directories)
        {
            if (await TryLoadAsync(store, directory, path, cancellationToken).ConfigureAwait(false) is { } increment
                && !dropped.Contains(increment.Manifest.LayerId))
                layers.Add(increment);
        }

        ReportLost(layers, dropped);
        return layers;
    }

    private async Task<ChainLayer?> TryLoadAsync(
        IObjectStore store, string directory, string full, CancellationToken cancellationToken)
    {
        try
        {
            var stored = await ChainLayer.ReadAsync(store, directory, cancellationToken).ConfigureAwait(false);
            _isSealed ??= stored.Envelope.IsSealed;
            if (stored.Envelope.IsSealed != _isSealed)
                throw Errors.SealedOtherwise(stored.Path, stored.Envelope.IsSealed);
            if (_isSealed.Value && !await HasKeysAsync(stored.Envelope, full, cancellationToken).ConfigureAwait(false))
            {
                _badDirectories.Add(directory); // It is there; only the key is not.
                return null;
            }

            var key = await collection.Keys.FindAsync(stored.Envelope, collection.Main, full, cancellationToken)
                .ConfigureAwait(false);
            return ChainLayer.Open(store, directory, stored, key);
        }
        catch (BackupSqlException error) when (
            error.SqlState != SqlStates.UndefinedFile && StatusOf(error) is { } status)
        {
            _badDirectories.Add(directory);
            Report(status, CollectionLayout.Join(directory, CollectionLayout.Manifest), error.Detail ?? error.Message);
            return null;
        }
    }

    /// <summary>Looks at the objects that hold the chain's key, once, and reports what is wrong with them.</summary>
    /// <returns>False if none of them can be read: then nothing can.</returns>
    private async Task<bool> HasKeysAsync(
        ManifestEnvelope envelope, string full, CancellationToken cancellationToken)
    {
        if (_hasKeys is { } known)
            return known;
        var objects = collection.Keys.Place ?? new KeyObjects(collection.Main, full);
        _hasKeys = false;
        foreach (var name in await objects.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            try
            {
                if (await objects.ReadAsync(name, cancellationToken).ConfigureAwait(false) is not { } keys)
                    continue;
                if (keys.ChainId == envelope.ChainId)
                    _hasKeys = true;
                else
                    Report(FindingStatus.Undecryptable, name, "It holds the key of another chain.");
            }
            catch (BackupSqlException error) when (
                StatusOf(error) is { } status)
            {
                Report(status, name, error.Detail ?? error.Message);
            }
        }

        if (_hasKeys is false)
        {
            Report(
                FindingStatus.Missing, CollectionLayout.Join(full, CollectionLayout.KeysPrefix + "1"),
                "Nothing holds the key of the chain, so that nothing of it can be read.");
        }

        return _hasKeys.Value;
    }

    // Increments, or somebody's memory, tell that there was a backup; without them there may never have been one.
    private void ReportLostFull(string directory, int increments, DroppedLayers dropped)
    {
        if (dropped.ContainsDirectory(directory)
            || (increments == 0 && !request.Known.Any(known => known.Directory == directory)))
            throw directory.Length == 0 ? Errors.NoBackupAtLocation() : Errors.NoBackup(directory);
        _badDirectories.Add(directory);
        Report(
            FindingStatus.Missing,
            CollectionLayout.Join(directory, CollectionLayout.Manifest),
            "The full backup, on which all others of the chain build, has no manifest any more.");
    }

    // Where a chain ends the chain itself does not know: one that lost its newest layers looks whole.
    private void ReportLost(List<ChainLayer> layers, DroppedLayers dropped)
    {
        var there = layers.Select(layer => layer.Manifest.LayerId).ToHashSet(StringComparer.Ordinal);
        var chainId = layers.FirstOrDefault(layer => layer.Manifest.Kind == LayerKind.Full)?.Manifest.LayerId;
        foreach (var known in request.Known)
        {
            if (there.Contains(known.LayerId) || dropped.Contains(known.LayerId)
                || _badDirectories.Contains(known.Directory) || (chainId is not null && known.ChainId != chainId))
                continue;
            Report(
                FindingStatus.Missing,
                CollectionLayout.Join(known.Directory, CollectionLayout.Manifest),
                $"The registry knows the backup {known.Name} there; its manifest is not in the store.");
        }
    }

    // Of a chain that does not join up, what lies below the break is checked as a chain all the same.
    private Chain? BuildChain(List<ChainLayer> layers)
    {
        if (layers.FirstOrDefault(layer => layer.Manifest.Kind == LayerKind.Full) is not { } full)
            return null; // Without the full layer there is nothing to join; its own finding was reported.
        var increments = layers.Where(layer => layer != full).OrderBy(layer => layer.End).ToList();
        while (true)
        {
            try
            {
                return Chain.Build(request.Subdirectory, full, increments);
            }
            catch (BackupSqlException error) when (
                increments.Count > 0 && error.SqlState is SqlStates.BrokenChain or SqlStates.ForeignBackup)
            {
                Report(FindingStatus.BrokenChain, request.Subdirectory, $"{error.Message}. {error.Detail}");
                increments.RemoveAt(increments.Count - 1);
            }
        }
    }

    private async Task<(int Read, int Listed)> ReadFilesAsync(
        List<ChainLayer> layers, CancellationToken cancellationToken)
    {
        var bad = new HashSet<string>(StringComparer.Ordinal);
        foreach (var layer in layers)
        {
            foreach (var finding in await Verification.CheckFilesAsync(layer, cancellationToken).ConfigureAwait(false))
            {
                bad.Add(finding.Path);
                _findings.Add(finding);
            }
        }

        var all =
            (from layer in layers
             from space in layer.Manifest.Spaces
             from file in space.Files.Select(entry => (Entry: entry, IsDigest: false))
                 .Concat(space.DigestFiles.Select(entry => (Entry: entry, IsDigest: true)))
             select new FileToRead(SumsOf(layer, space), DataFile.Of(layer, file.Entry), file.IsDigest)).ToList();
        // A sample leaves data files out, never the digests: they are small and everything hangs on them.
        var data = all.Where(file => !file.IsDigest).ToList();
        var drawn = Draw(data);
        foreach (var file in all.Where(file => bad.Contains(file.File.Path)).Concat(data.Except(drawn)))
            file.Sums.MarkIncomplete();
        var wanted = all.Where(file => file.IsDigest).Concat(drawn).Where(file => !bad.Contains(file.File.Path))
            .ToList();
        request.Listener?.Expect(wanted.Count, wanted.Sum(file => file.File.Entry.RawBytes));
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = request.Workers,
            CancellationToken = cancellationToken,
        };
        await Parallel.ForEachAsync(
            wanted, options, (file, token) => new ValueTask(ReadFileAsync(file, token))).ConfigureAwait(false);
        return (drawn.Count, data.Count);
    }

    private List<FileToRead> Draw(List<FileToRead> files)
    {
        if (request.Sample >= 1)
            return files;
        var drawn = new List<FileToRead>(files);
        var count = (int)Math.Ceiling(files.Count * request.Sample);
        Span<byte> draw = stackalloc byte[sizeof(ulong)];
        for (var i = 0; i < count; i++)
        {
            random.Fill(draw);
            var from = i + (int)(BinaryPrimitives.ReadUInt64LittleEndian(draw) % (ulong)(drawn.Count - i));
            (drawn[i], drawn[from]) = (drawn[from], drawn[i]);
        }

        return drawn[..count];
    }

    private async Task ReadFileAsync(FileToRead item, CancellationToken cancellationToken)
    {
        var (sums, file, isDigest) = item;
        try
        {
            var scan = new FileScan(file, collection.Codecs);
            if (isDigest)
            {
                var digests = new FingerprintAccumulator();
                await scan.RunAsync(rows => AddDigests(rows, digests), Tell, cancellationToken).ConfigureAwait(false);
                sums.AddDigests(digests);
            }
            else
            {
                var hasher = new RowHasher(sums.Scope);
                await scan.RunAsync(
                    rows => hasher.Add(rows.Buffer, rows.Offset, rows.Length, rows.Timestamp, rows.IsDeletion),
                    block =>
                    {
                        hasher.Drain();
                        Tell(block);
                    },
                    cancellationToken).ConfigureAwait(false);
                sums.AddRows(hasher.Take());
            }
        }
        catch (BackupSqlException error) when (StatusOf(error) is { } status)
        {
            sums.MarkIncomplete();
            Report(status, file.Path, error.Detail ?? error.Message);
        }

        request.Listener?.EndFile();
    }

    private void Tell(BlockEntry block) => request.Listener?.Read(
        block.Rows, block.RawLength, DataFileFormat.BlockHeaderBytes + block.StoredLength);

    // What is wrong with the one object; null for what would be wrong with every other one as well.
    private static string? StatusOf(BackupSqlException error) => error.SqlState switch
    {
        SqlStates.DataCorrupted or SqlStates.UnsupportedFormat => FindingStatus.ChecksumMismatch,
        SqlStates.Undecryptable => FindingStatus.Undecryptable,
        SqlStates.UndefinedFile => FindingStatus.Missing,
        SqlStates.IoError or SqlStates.InsufficientPrivilege when !error.Transient => FindingStatus.Unreadable,
        _ => null,
    };

    private static void AddDigests(BlockRows rows, FingerprintAccumulator sum)
    {
        var row = rows.Row;
        _ = PageDigests.ReadPage(row, rows);
        for (var value = row.Value; !value.IsEmpty; value = value[FingerprintAccumulator.DigestBytes..])
            sum.Add(BinaryPrimitives.ReadUInt128BigEndian(value));
    }

    // What a layer's own files must add up to. Of page spaces the data files must agree with the digest files.
    private void CheckStream(ChainLayer layer, SpaceManifest space)
    {
        var sums = SumsOf(layer, space);
        if (space.Coverage == SpaceCoverage.Unchanged || sums.IsIncomplete)
            return;
        var expected = space.Space is PageSpace
            ? sums.Digests.ToFingerprint(FingerprintScope.State)
            : space.Fingerprint;
        if (sums.Rows.ToFingerprint(expected.Scope) != expected)
        {
            Report(
                FindingStatus.FingerprintMismatch,
                layer.ToString(),
                $"The files of {layer.Manifest.Describe(space.Space)} do not hold the rows that were backed up.");
        }
    }

    // What a space must be at the end of each layer. For tables that is checked by their streams, but for the layers
    // that repeat the fingerprint of the one below.
    private async Task CheckStatesAsync(Chain chain, CancellationToken cancellationToken)
    {
        var seen = new HashSet<(ChainLayer, Space)>();
        foreach (var layer in chain.Layers.Reverse())
        {
            foreach (var space in layer.Manifest.Spaces)
            {
                if (space.Coverage == SpaceCoverage.Unchanged)
                    CheckRepetition(chain, layer, space);
                else if (space.Space is PageSpace pages && !seen.Contains((layer, pages)))
                    await CheckPageStatesAsync(chain.Cover(layer.End), pages, seen, cancellationToken)
                        .ConfigureAwait(false);
            }
        }
    }

    private void CheckRepetition(Chain chain, ChainLayer layer, SpaceManifest space)
    {
        var below = chain.Layers.TakeWhile(other => other != layer).LastOrDefault();
        if (below?.Find(space.Space)?.Fingerprint != space.Fingerprint)
            ReportState(layer, space.Space);
    }

    private async Task CheckPageStatesAsync(
        Chain chain, PageSpace pages, HashSet<(ChainLayer, Space)> seen, CancellationToken cancellationToken)
    {
        IReadOnlyList<(ChainLayer Layer, SpaceManifest Space)> layers;
        try
        {
            layers = chain.LayersOf(pages);
        }
        catch (BackupSqlException error) when (error.SqlState == SqlStates.BrokenChain)
        {
            Report(FindingStatus.BrokenChain, chain.Newest.ToString(), $"{error.Message}. {error.Detail}");
            return;
        }

        seen.UnionWith(layers.Select(part => (part.Layer, (Space)pages)));
        // From the lowest layer that lacks digests upwards nothing can be said.
        var sound = layers.Reverse().TakeWhile(part => !SumsOf(part.Layer, part.Space).HasDamagedDigests).Reverse()
            .ToList();
        if (sound.Count == 0)
            return;
        var sums = await PageBase.Of(sound, collection.Codecs).SumEachAsync(cancellationToken).ConfigureAwait(false);
        foreach (var ((layer, space), sum) in sound.Zip(sums))
        {
            if (sum.ToFingerprint(FingerprintScope.State) != space.Fingerprint)
                ReportState(layer, pages);
        }
    }

    private void ReportState(ChainLayer layer, Space space) => Report(
        FindingStatus.FingerprintMismatch,
        layer.ToString(),
        $"{layer.Manifest.Describe(space)}, put together from the layers, is not what was backed up.");

    private SpaceSums SumsOf(ChainLayer layer, SpaceManifest space) =>
        _sums.GetOrAdd((layer, space), static key => new SpaceSums(key.Space));

    private void Report(string status, string path, string detail) =>
        _findings.Add(new Finding(status, path, detail));

    private sealed record FileToRead(SpaceSums Sums, DataFile File, bool IsDigest);
}
