using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Threading.Channels;
using Backup.Sql.Collections.Format;
using Backup.Sql.Diagnostics;
using Backup.Sql.Rows;
using Backup.Sql.Storage;

namespace Backup.Sql.Collections;

/// <summary>Carries out <see cref="Verification.ValidateAsync"/>.</summary>
internal sealed class ChainValidator(
    Collection collection, double sample, IRandomSource random, ChannelWriter<Finding> findings)
{
    private const int MaxConcurrentFiles = 4;

    private readonly ConcurrentDictionary<(ChainLayer Layer, SpaceManifest Space), SpaceSums> _sums = [];

    /// <summary>Checks everything.</summary>
    /// <param name="subdirectory">Sub-directory of the full backup.</param>
    /// <param name="cancellationToken">Ends the check.</param>
    public async Task RunAsync(string subdirectory, CancellationToken cancellationToken)
    {
        var layers = await LoadLayersAsync(subdirectory, cancellationToken).ConfigureAwait(false);
        var chain = BuildChain(subdirectory, layers);
        foreach (var layer in layers)
            await ReadFilesAsync(layer, cancellationToken).ConfigureAwait(false);
        foreach (var layer in layers)
        {
            foreach (var space in layer.Manifest.Spaces)
                CheckStream(layer, space);
        }

        if (chain is not null)
            await CheckStatesAsync(chain, cancellationToken).ConfigureAwait(false);
    }

    private async Task<List<ChainLayer>> LoadLayersAsync(string subdirectory, CancellationToken cancellationToken)
    {
        var layers = new List<ChainLayer>();
        var (full, path) = collection.LocateFull(subdirectory);
        if (await TryLoadAsync(full, path, cancellationToken).ConfigureAwait(false) is { } found)
            layers.Add(found);
        var directories = await collection.Increments.FindAsync(path, cancellationToken).ConfigureAwait(false);
        var store = collection.Increments.Store;
        foreach (var directory in directories)
        {
            if (await TryLoadAsync(store, directory, cancellationToken).ConfigureAwait(false) is { } increment)
                layers.Add(increment);
        }

        return layers;
    }

    private async Task<ChainLayer?> TryLoadAsync(
        IObjectStore store, string directory, CancellationToken cancellationToken)
    {
        try
        {
            return await ChainLayer.LoadAsync(store, directory, cancellationToken).ConfigureAwait(false);
        }
        catch (BackupSqlException error) when (error.SqlState is SqlStates.DataCorrupted or SqlStates.UnsupportedFormat)
        {
            var path = CollectionLayout.Join(directory, CollectionLayout.Manifest);
            Report(FindingStatus.ChecksumMismatch, path, error.Detail ?? error.Message);
            return null;
        }
    }

    private Chain? BuildChain(string subdirectory, List<ChainLayer> layers)
    {
        // Without the full layer there is nothing to join; its own finding was reported.
        if (layers.FirstOrDefault(layer => layer.Manifest.Kind == LayerKind.Full) is not { } full)
            return null;
        try
        {
            return Chain.Build(subdirectory, full, [.. layers.Where(layer => layer != full)]);
        }
        catch (BackupSqlException error) when (error.SqlState is SqlStates.BrokenChain or SqlStates.ForeignBackup)
        {
            Report(FindingStatus.BrokenChain, subdirectory, $"{error.Message}. {error.Detail}");
            return null;
        }
    }

    private async Task ReadFilesAsync(ChainLayer layer, CancellationToken cancellationToken)
    {
        var bad = new HashSet<string>(StringComparer.Ordinal);
        foreach (var finding in await Verification.CheckFilesAsync(layer, cancellationToken).ConfigureAwait(false))
        {
            bad.Add(finding.Path);
            findings.TryWrite(finding);
        }

        var files =
            from space in layer.Manifest.Spaces
            from file in space.Files.Select(entry => (Entry: entry, IsDigest: false))
                .Concat(space.DigestFiles.Select(entry => (Entry: entry, IsDigest: true)))
            select (Sums: SumsOf(layer, space), File: DataFile.Of(layer, file.Entry), file.IsDigest);
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = MaxConcurrentFiles,
            CancellationToken = cancellationToken,
        };
        await Parallel.ForEachAsync(files, options, async (item, token) =>
        {
            // A sample leaves data files out, never the digests: they are small and everything hangs on them.
            if (bad.Contains(item.File.Path) || (!item.IsDigest && !IsDrawn()))
                item.Sums.MarkIncomplete();
            else
                await ReadFileAsync(item.Sums, item.File, item.IsDigest, token).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    private async Task ReadFileAsync(SpaceSums sums, DataFile file, bool isDigest, CancellationToken cancellationToken)
    {
        try
        {
            var scan = new FileScan(file, collection.Codecs);
            if (isDigest)
            {
                var digests = new FingerprintAccumulator();
                await scan.RunAsync(rows => AddDigests(rows, digests), static () => { }, cancellationToken)
                    .ConfigureAwait(false);
                sums.AddDigests(digests);
                return;
            }

            var hasher = new RowHasher(sums.Scope);
            await scan.RunAsync(
                rows => hasher.Add(rows.Buffer, rows.Offset, rows.Length, rows.Timestamp, rows.IsDeletion),
                hasher.Drain,
                cancellationToken).ConfigureAwait(false);
            sums.AddRows(hasher.Take());
        }
        catch (BackupSqlException error) when (error.SqlState is SqlStates.DataCorrupted or SqlStates.UndefinedFile)
        {
            sums.MarkIncomplete();
            var isMissing = error.SqlState == SqlStates.UndefinedFile;
            Report(
                isMissing ? FindingStatus.Missing : FindingStatus.ChecksumMismatch,
                file.Path,
                error.Detail ?? error.Message);
        }
    }

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
        foreach (var layer in chain.Layers)
        {
            foreach (var space in layer.Manifest.Spaces)
            {
                var isRight = space.Space is PageSpace pages
                    ? await IsPageStateRightAsync(chain, layer, space, pages, cancellationToken).ConfigureAwait(false)
                    : IsRepetitionRight(chain, layer, space);
                if (!isRight)
                {
                    var name = layer.Manifest.Describe(space.Space);
                    Report(
                        FindingStatus.FingerprintMismatch,
                        layer.ToString(),
                        $"{name}, put together from the layers, is not what was backed up.");
                }
            }
        }
    }

    private static bool IsRepetitionRight(Chain chain, ChainLayer layer, SpaceManifest space)
    {
        if (space.Coverage != SpaceCoverage.Unchanged)
            return true;
        var below = chain.Layers.TakeWhile(other => other != layer).LastOrDefault();
        return below?.Find(space.Space)?.Fingerprint == space.Fingerprint;
    }

    private async Task<bool> IsPageStateRightAsync(
        Chain chain, ChainLayer layer, SpaceManifest space, PageSpace pages, CancellationToken cancellationToken)
    {
        var upToHere = chain.Cover(layer.End);
        var involved = upToHere.Layers.Select(other => (other, other.Find(pages)))
            .Where(pair => pair.Item2 is not null);
        if (involved.Any(pair => SumsOf(pair.other, pair.Item2!).HasDamagedDigests))
            return true;
        var digests = PageBase.Find(upToHere, pages, space.Shape, collection.Codecs)!;
        var sum = await digests.SumAsync(space.Shape.PageCount, cancellationToken).ConfigureAwait(false);
        return sum.ToFingerprint(FingerprintScope.State) == space.Fingerprint;
    }

    private SpaceSums SumsOf(ChainLayer layer, SpaceManifest space) =>
        _sums.GetOrAdd((layer, space), static key => new SpaceSums(key.Space));

    private bool IsDrawn()
    {
        if (sample >= 1)
            return true;
        Span<byte> draw = stackalloc byte[sizeof(uint)];
        random.Fill(draw);
        return BinaryPrimitives.ReadUInt32LittleEndian(draw) < sample * uint.MaxValue;
    }

    private void Report(string status, string path, string detail) =>
        findings.TryWrite(new Finding(status, path, detail));
}
