using Backup.Sql.Catalog;
using Backup.Sql.Engines;
using Backup.Sql.Rows;

namespace CsvSample;

/// <summary>One state, readable until it is disposed while writers go on.</summary>
internal sealed class CsvSnapshot(CsvStore store, CsvManifest manifest, long microseconds) : IEngineSnapshot
{
    public HlcTimestamp Timestamp => Time(microseconds);

    public ICatalogReader Catalog { get; } = new CsvCatalog(store, manifest);

    public static HlcTimestamp Time(long microseconds) => new(microseconds * 1000);

    // docs: describe
    public ValueTask<SpaceShape> DescribeAsync(Space space, CancellationToken cancellationToken = default)
    {
        var rows = Rows(space);
        return new(new SpaceShape
        {
            // A line's number means another row once lines before it are gone.
            StableKeys = rows.Table.PrimaryKey.Count > 0,
            EstimatedRows = rows.All.Count,
            EstimatedBytes = rows.All.Sum(row => (long)row.Key.Length),
        });
    }

    public ValueTask<IReadOnlyList<KeySpan>> SplitAsync(
        Space space, long targetBytes, CancellationToken cancellationToken = default)
    {
        var spans = new List<KeySpan>();
        using var writer = new RecordWriter();
        ReadOnlyMemory<byte> start = default;
        var bytes = 0L;
        foreach (var (key, row) in Rows(space).All)
        {
            if (bytes >= targetBytes)
            {
                spans.Add(new KeySpan(start, key));
                (start, bytes) = (key, 0);
            }

            bytes += key.Length + CsvCodec.Record(writer, row).Length;
        }

        return new([.. spans, new KeySpan(start, default)]);
    }

    // docs: end

    // docs: export
    public async ValueTask ExportAsync(
        Space space,
        KeySpan span,
        ExportWindow window,
        IRowVersionSink sink,
        CancellationToken cancellationToken = default)
    {
        if (!window.Start.IsZero || window.AllVersions)
            throw CsvErrors.NotSupported("history");
        using var writer = new RecordWriter();
        foreach (var (key, row) in Rows(space).All.Where(row => span.Contains(row.Key)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!sink.Write(new RowVersion(key, HlcTimestamp.Zero, CsvCodec.Record(writer, row))))
                await sink.FlushAsync(cancellationToken);
        }
    }

    private CsvRows Rows(Space space)
    {
        if (space is not TableSpace { Partition: null } wanted)
            throw CsvErrors.NotSupported(space is TableSpace ? "partitions" : "pages");
        var table = manifest.Get(space.Database).Tables.FirstOrDefault(t => t.Descriptor.Id == wanted.TableId);
        return CsvRows.Read(store, table ?? throw CsvErrors.NoSuchTable($"number {wanted.TableId}"));
    }

    // docs: end

    public ValueTask DisposeAsync() => Catalog.DisposeAsync();
}
