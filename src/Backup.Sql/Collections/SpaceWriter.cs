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
    private readonly Stack<SpaceSink> _idle = [];
    private readonly FingerprintAccumulator _fingerprint = new();
    private readonly List<DataFileEntry> _dataFiles = [];
    private readonly List<DataFileEntry> _digestFiles = [];

    /// <summary>A writer; made by <see cref="LayerWriter.BeginSpace"/>.</summary>
    /// <param name="request">How the space goes into the layer.</param>
    /// <param name="files">Names the data files.</param>
    /// <param name="compression">Of rows and pages.</param>
    /// <param name="fileBytes">Stored bytes after which a file ends.</param>
    /// <param name="codecs">Reads what was written, where sorted runs have to be merged.</param>
    /// <param name="pageBase">The digests that pages are compared with; null writes all pages.</param>
    public SpaceWriter(
        SpaceWriteRequest request,
        LayerFiles files,
        BlockCompression compression,
        long fileBytes,
        CompressionCodecs codecs,
        PageBase? pageBase)
    {
        _request = request;
        _base = pageBase;
        Files = files;
        Codecs = codecs;
        RowOptions = new RowFileOptions { SpaceName = request.Name, Compression = compression, FileBytes = fileBytes };
    }

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
    /// <returns>The sink; to be completed, and disposed in any case.</returns>
    public SpaceSink OpenSink()
    {
        SpaceSink? sink;
        lock (_gate)
            _idle.TryPop(out sink);
        if (sink is null)
            return MakeSink();
        sink.Reopen();
        return sink;
    }

    /// <summary>Takes a completed sink back; called by the sink.</summary>
    /// <param name="sink">The sink.</param>
    public void Return(SpaceSink sink)
    {
        lock (_gate)
            _idle.Push(sink);
    }

    /// <summary>Takes a worker's share; called by its sink.</summary>
    /// <param name="fingerprint">What the worker summed up.</param>
    /// <param name="dataFiles">Its data files.</param>
    /// <param name="digestFiles">Its digest files.</param>
    public void Add(
        FingerprintAccumulator fingerprint,
        IReadOnlyList<DataFileEntry> dataFiles,
        IReadOnlyList<DataFileEntry> digestFiles)
    {
        lock (_gate)
        {
            _fingerprint.Add(fingerprint);
            _dataFiles.AddRange(dataFiles);
            _digestFiles.AddRange(digestFiles);
        }
    }

    /// <summary>The space's entry for the manifest; every sink was completed and disposed before.</summary>
    /// <returns>The entry.</returns>
    public SpaceManifest Complete()
    {
        while (_idle.TryPop(out var sink))
            sink.ReturnBuffers();
        return new SpaceManifest
        {
            Space = _request.Space,
            Shape = _request.Shape,
            Coverage = _request.Coverage,
            AllVersions = _request.AllVersions,
            Fingerprint = _fingerprint.ToFingerprint(Scope),
            Files = Sort(_dataFiles),
            DigestFiles = Sort(_digestFiles),
        };
    }

    private SpaceSink MakeSink() =>
        _request.Space is PageSpace ? new PageDeltaWriter(this)
        : _request.Shape.Ordered ? new DataFileWriter(this)
        : new SortingWriter(this);

    private static DataFileEntry[] Sort(List<DataFileEntry> files)
    {
        var sorted = files.ToArray();
        Array.Sort(sorted, DataFileEntry.CompareByKey);
        return sorted;
    }
}
