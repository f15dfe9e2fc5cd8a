using Backup.Sql.Catalog;
using Backup.Sql.Collections.Format;
using Backup.Sql.Rows;

namespace Backup.Sql.Collections;

/// <summary>
/// Writes one space of a layer. Each export goes into a sink of its own, which is completed and disposed; then
/// <see cref="Complete"/> gives the space's entry for the manifest. Sinks may be opened and used concurrently.
/// </summary>
internal sealed class SpaceWriter
{
    // Digests do not compress, and a reader wants them in small portions.
    private const int DigestBlockBytes = 64 << 10;

    private readonly SpaceWriteRequest _request;
    private readonly PageBase? _base;
    private readonly Lock _gate = new();
    private readonly List<SpaceSink> _idle = [];
    private readonly HlcTimestamp _time;
    private readonly List<SpacePart> _parts = [];
    private readonly IReadOnlyList<SpacePart> _before = [];
    private bool _complete;

    /// <summary>A writer; made by <see cref="LayerWriter.BeginSpace"/>.</summary>
    /// <param name="request">How the space goes into the layer.</param>
    /// <param name="files">Names the data files.</param>
    /// <param name="compression">Of rows and pages.</param>
    /// <param name="fileBytes">Stored bytes after which a file ends.</param>
    /// <param name="codecs">Reads what was written, where sorted runs have to be merged.</param>
    /// <param name="pageBase">The digests that pages are compared with; null writes all pages.</param>
    /// <param name="time">The snapshot's time.</param>
    /// <param name="kept">What earlier turns have written and this one goes on with; null for nothing.</param>
    public SpaceWriter(
        SpaceWriteRequest request,
        LayerFiles files,
        BlockCompression compression,
        long fileBytes,
        CompressionCodecs codecs,
        PageBase? pageBase,
        HlcTimestamp time,
        SpaceCheckpoint? kept)
    {
        _request = request;
        _time = time;
        if (kept is not null && kept.IsOf(time))
            _parts.AddRange(kept.Parts);
        else
            _before = kept?.Parts ?? [];
        Finished = [.. _parts.Select(part => part.ToSpan())];
        FinishedRows = _parts.Sum(part => part.Rows);
        FinishedBytes = request.Space is PageSpace
            ? FinishedRows * request.Shape.PageSize
            : _parts.SelectMany(part => part.Files).Sum(file => file.RawBytes);
        _base = pageBase;
        Files = files;
        Codecs = codecs;
        RowOptions = new RowFileOptions { SpaceName = request.Name, Compression = compression, FileBytes = fileBytes };
    }

    /// <summary>
    /// The spans that need no export: an earlier turn has written them, out of the snapshot that this one reads.
    /// </summary>
    public IReadOnlyList<KeySpan> Finished { get; }

    /// <summary>Rows, or pages, of those spans.</summary>
    public long FinishedRows { get; }

    /// <summary>Bytes before compression of those spans.</summary>
    public long FinishedBytes { get; }

    /// <summary>Names the data files.</summary>
    public LayerFiles Files { get; }

    /// <summary>Reads what was written.</summary>
    public CompressionCodecs Codecs { get; }

    /// <summary>How rows are put into files.</summary>
    public RowFileOptions RowOptions { get; }

    /// <summary>How digests are put into files.</summary>
    public RowFileOptions DigestOptions =>
        RowOptions with { Compression = CompressionCodecs.Default.Choose("none"), BlockBytes = DigestBlockBytes };

    /// <summary>The digests that pages are compared with.</summary>
    public PageBase? Base => _base;

    /// <summary>Whether the rows to come are the space's state or the layer's own content.</summary>
    public FingerprintScope Scope =>
        _request.Space is PageSpace || (_request.Coverage == SpaceCoverage.Full && !_request.AllVersions)
            ? FingerprintScope.State
            : FingerprintScope.Content;

    /// <summary>Opens a sink for one worker.</summary>
    /// <param name="span">The keys that are to be exported into it; null for all.</param>
    /// <returns>The sink; to be completed, and disposed in any case.</returns>
    public SpaceSink OpenSink(KeySpan? span = null)
    {
        var sink = OpenIdle(Files.PlaceOf(span ?? KeySpan.All));
        sink.Span = span ?? KeySpan.All;
        return sink;
    }

    private SpaceSink OpenIdle(string? locality)
    {
        SpaceSink? sink;
        lock (_gate)
        {
            sink = _idle.FindLast(idle => idle.Locality == locality);
            if (sink is not null)
                _idle.Remove(sink);
        }

        if (sink is null)
            return MakeSink(locality);
        sink.Reopen();
        return sink;
    }

    /// <summary>Takes a completed sink back; called by the sink.</summary>
    /// <param name="sink">The sink.</param>
    public void Return(SpaceSink sink)
    {
        lock (_gate)
            _idle.Add(sink);
    }

    /// <summary>Takes a worker's share; called by its sink.</summary>
    /// <param name="span">The keys that it exported.</param>
    /// <param name="fingerprint">What the worker summed up.</param>
    /// <param name="dataFiles">Its data files.</param>
    /// <param name="digestFiles">Its digest files.</param>
    public void Add(
        KeySpan span,
        FingerprintAccumulator fingerprint,
        IReadOnlyList<DataFileEntry> dataFiles,
        IReadOnlyList<DataFileEntry> digestFiles)
    {
        var part = new SpacePart
        {
            FirstKey = span.Start,
            EndKey = span.End,
            Time = _time,
            Rows = fingerprint.Rows,
            Sum = fingerprint.Sum,
            Files = dataFiles,
            DigestFiles = digestFiles,
        };
        lock (_gate)
            _parts.Add(part);
    }

    /// <summary>What is written so far, as far as it is in the store.</summary>
    /// <returns>For a checkpoint.</returns>
    public SpaceCheckpoint Describe()
    {
        lock (_gate)
        {
            var durable = _parts.Where(IsDurable).ToList();
            return new SpaceCheckpoint
            {
                Space = _request.Space,
                PageSize = _request.Shape.PageSize,
                Coverage = _request.Coverage,
                AllVersions = _request.AllVersions,
                IsComplete = _complete && durable.Count == _parts.Count,
                Parts = [.. _before, .. durable],
            };
        }
    }

    /// <summary>The space's entry for the manifest; every sink was completed and disposed before.</summary>
    /// <returns>The entry.</returns>
    public SpaceManifest Complete()
    {
        foreach (var sink in _idle)
            sink.ReturnBuffers();
        _idle.Clear();
        lock (_gate)
        {
            _complete = true;
            // Of pages an earlier snapshot's parts are only files: this one's parts saw every page.
            var all = _before.Concat(_parts).ToList();
            return new SpaceManifest
            {
                Space = _request.Space,
                Shape = _request.Shape,
                Coverage = _request.Coverage,
                AllVersions = _request.AllVersions,
                Fingerprint = new SpaceCheckpoint
                {
                    Space = _request.Space,
                    Coverage = _request.Coverage,
                    Parts = _parts,
                }.ToFingerprint(Scope),
                Files = Sort(all.SelectMany(part => part.Files)),
                DigestFiles = Sort(all.SelectMany(part => part.DigestFiles)),
            };
        }
    }

    private bool IsDurable(SpacePart part) =>
        Finished.Contains(part.ToSpan()) || part.Files.Concat(part.DigestFiles).All(Files.IsDurable);

    private SpaceSink MakeSink(string? locality) =>
        _request.Space is PageSpace ? new PageDeltaWriter(this, locality)
        : _request.Shape.Ordered ? new DataFileWriter(this, locality)
        : new SortingWriter(this, locality);

    private static DataFileEntry[] Sort(IEnumerable<DataFileEntry> files)
    {
        var sorted = files.ToArray();
        Array.Sort(sorted, DataFileEntry.CompareByKey);
        return sorted;
    }
}
