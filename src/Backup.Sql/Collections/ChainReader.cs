using Backup.Sql.Catalog;
using Backup.Sql.Collections.Format;
using Backup.Sql.Diagnostics;
using Backup.Sql.Rows;

namespace Backup.Sql.Collections;

/// <summary>
/// Reads the rows of a chain's spaces as they were at one time. Sources of different ranges may be read concurrently;
/// each reads only the blocks that may hold its keys, one block ahead.
/// </summary>
internal sealed class ChainReader
{
    private readonly Chain _chain;
    private readonly HlcTimestamp _at;
    private readonly DataFileCache _cache;

    /// <summary>A reader at the chain's end.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="codecs">The codecs of its files.</param>
    public ChainReader(Chain chain, CompressionCodecs codecs)
        : this(chain, chain.End, codecs)
    {
    }

    /// <summary>A reader at a time.</summary>
    /// <param name="chain">The chain; it is cut to what covers the time.</param>
    /// <param name="at">The time.</param>
    /// <param name="codecs">The codecs of its files.</param>
    /// <exception cref="BackupSqlException">22008 the chain cannot restore that time.</exception>
    public ChainReader(Chain chain, HlcTimestamp at, CompressionCodecs codecs)
    {
        _chain = chain.Cover(at);
        _at = at;
        _cache = new DataFileCache(codecs);
    }

    /// <summary>The part of the chain that is read.</summary>
    public Chain Chain => _chain;

    /// <summary>The time that is read.</summary>
    public HlcTimestamp Time => _at;

    /// <summary>The spaces of the layer that covers the time.</summary>
    public IReadOnlyList<SpaceManifest> Spaces => _chain.Newest.Manifest.Spaces;

    /// <summary>Opens the files that a space is made of, to find out early that a codec or a file is missing.</summary>
    /// <param name="space">The space.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="BackupSqlException">
    /// 58P01 a file is missing; 0A000 libzstd is; XX001 a file is damaged.
    /// </exception>
    public async ValueTask CheckReadableAsync(Space space, CancellationToken cancellationToken = default)
    {
        foreach (var (layer, entry) in _chain.LayersOf(space))
        {
            if (entry.Files.Count > 0)
                await _cache.OpenAsync(DataFile.Of(layer, entry.Files[0]), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Starts the proof that a space is read as it was backed up.</summary>
    /// <param name="space">The space.</param>
    /// <returns>The proof, to be handed to every source of the space.</returns>
    public SpaceProof BeginProof(Space space)
    {
        var newest = Newest(space);
        SpaceFingerprint? state = newest.Fingerprint.Scope == FingerprintScope.State
            && (_at == _chain.End || space is PageSpace)
            ? newest.Fingerprint
            : null;
        return new SpaceProof(NameOf(space), _chain.LayersOf(space), state, _chain.Newest.ToString());
    }

    /// <summary>Opens the rows of a range of keys.</summary>
    /// <param name="space">The space.</param>
    /// <param name="range">The keys wanted.</param>
    /// <param name="proof">The space's proof; null for none.</param>
    /// <returns>The rows, keys ascending; to be disposed.</returns>
    /// <exception cref="BackupSqlException">
    /// BS001 the chain is broken; XX001, while it is read: a file is damaged.
    /// </exception>
    public ChainSource OpenSource(Space space, KeySpan range, SpaceProof? proof = null)
    {
        var layers = _chain.LayersOf(space);
        var wanted = space is PageSpace ? WithinPages(range, Newest(space).Shape.PageCount) : range;
        var cursors = new List<RunCursor>();
        var streams = new List<(int Rank, RowHasher Hasher)>();
        for (var rank = 0; rank < layers.Count; rank++)
        {
            var (layer, entry) = layers[rank];
            var files = entry.Files.Select(file => DataFile.Of(layer, file)).Where(file => file.Overlaps(wanted));
            foreach (var run in RunCursor.CutIntoRuns(files))
            {
                RowHasher? hasher = null;
                if (proof is { IsOfState: false })
                    streams.Add((rank, hasher = new RowHasher(entry.Fingerprint.Scope)));
                cursors.Add(new RunCursor(run, wanted, _cache, rank, hasher));
            }
        }

        var state = proof is { IsOfState: true } ? new RowHasher(FingerprintScope.State) : null;
        var distinctKeys = layers.All(layer => !layer.Space.AllVersions);
        return new ChainSource(
            cursors, _at, distinctKeys, state, proof is null ? null : () => proof.Add(state, streams));
    }

    /// <summary>
    /// Cuts a space into ranges for workers, in ascending order, which together cover every key once.
    /// </summary>
    /// <param name="space">The space.</param>
    /// <param name="targetBytes">Wanted bytes per range before compression.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>One range or more.</returns>
    public async ValueTask<IReadOnlyList<KeySpan>> SplitAsync(
        Space space, long targetBytes, CancellationToken cancellationToken = default)
    {
        if (space is PageSpace)
            return SplitPages(Newest(space).Shape, targetBytes);
        var cuts = new List<byte[]>();
        var (layer, entry) = _chain.LayersOf(space)[^1];
        long sinceCut = 0;
        foreach (var file in entry.Files)
        {
            var open = await _cache.OpenAsync(DataFile.Of(layer, file), cancellationToken).ConfigureAwait(false);
            foreach (var block in open.Index.Blocks)
            {
                if (sinceCut >= targetBytes && IsAfter(block.FirstKey, cuts))
                {
                    cuts.Add(block.FirstKey);
                    sinceCut = 0;
                }

                sinceCut += block.RawLength;
            }
        }

        return Spans(cuts);
    }

    /// <summary>
    /// About the most memory that one source of a space takes, in bytes: a block of each run of files.
    /// </summary>
    /// <param name="space">The space.</param>
    /// <returns>Bytes.</returns>
    public long EstimateSourceMemory(Space space) =>
        _chain.LayersOf(space).Sum(layer => 2L * DataFileFormat.BlockBytes
            * RunCursor.CutIntoRuns(layer.Space.Files.Select(file => DataFile.Of(layer.Layer, file))).Count);

    private static KeySpan WithinPages(KeySpan range, long pageCount)
    {
        if (pageCount == uint.MaxValue)
            return range;
        var limit = PageDigests.Key(pageCount + 1);
        return range.End.IsEmpty || range.End.Span.SequenceCompareTo(limit) > 0 ? range with { End = limit } : range;
    }

    private static IReadOnlyList<KeySpan> SplitPages(SpaceShape shape, long targetBytes)
    {
        var step = Math.Max(1, targetBytes / shape.PageSize);
        var cuts = new List<byte[]>();
        for (var page = step + 1; page <= shape.PageCount; page += step)
            cuts.Add(PageDigests.Key(page));
        return Spans(cuts);
    }

    // Bounds of sorted runs may step back, and a cut must not.
    private static bool IsAfter(byte[] key, List<byte[]> cuts) =>
        key.Length > 0 && (cuts.Count == 0 || key.AsSpan().SequenceCompareTo(cuts[^1]) > 0);

    private static KeySpan[] Spans(List<byte[]> cuts)
    {
        var spans = new KeySpan[cuts.Count + 1];
        for (var i = 0; i <= cuts.Count; i++)
            spans[i] = new KeySpan(i == 0 ? default : cuts[i - 1], i == cuts.Count ? default : cuts[i]);
        return spans;
    }

    private SpaceManifest Newest(Space space) =>
        _chain.Newest.Find(space)
        ?? throw Errors.SpaceMissingInChain(_chain.Newest.ToString(), NameOf(space));

    private string NameOf(Space space) => _chain.Newest.Manifest.Describe(space);
}
