using Backup.Sql.Catalog;
using Backup.Sql.Engines;
using Backup.Sql.Rows;

namespace Backup.Sql.TestKit.Memory;

/// <summary>One time of the cluster, kept readable until it is disposed. Writers go on.</summary>
internal sealed class MemorySnapshot(MemoryStore store, MemoryStore.Pin pin) : IEngineSnapshot
{
    // Rows looked at under the lock before writers get their turn again.
    private const int BatchRows = 256;

    private readonly MemoryCatalogReader _catalog = new(store, pin);

    public HlcTimestamp Timestamp => pin.Time;

    public ICatalogReader Catalog => _catalog;

    public async ValueTask<SpaceShape> DescribeAsync(Space space, CancellationToken cancellationToken = default)
    {
        var (descriptor, _) = Resolve(space);
        var figures = _catalog.State.Find(descriptor.Id) is null
            ? new TableStatistics(0, 0, 0) // dropped
            : await _catalog.GetStatisticsAsync(descriptor, null, cancellationToken).ConfigureAwait(false);
        return new SpaceShape
        {
            StableKeys = descriptor.PrimaryKey.Count > 0 || store.Options.StableRowIds,
            EstimatedRows = figures.Rows,
            EstimatedBytes = figures.Bytes,
        };
    }

    public ValueTask<IReadOnlyList<KeySpan>> SplitAsync(
        Space space, long targetBytes, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(targetBytes);
        var (descriptor, table) = Resolve(space);
        var locality = store.Options.Localities.GetValueOrDefault($"{descriptor.Database}.{descriptor.Name}")
            ?? store.Options.Localities.GetValueOrDefault(descriptor.Database);
        var spans = new List<KeySpan>();
        ReadOnlyMemory<byte> start = default;
        long bytes = 0;
        lock (store.Gate)
        {
            foreach (var chain in table.Rows.All())
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (bytes >= targetBytes)
                {
                    spans.Add(new KeySpan(start, chain.Key) { Locality = locality });
                    start = chain.Key;
                    bytes = 0;
                }

                bytes += chain.Key.Length + (RowNode.Visible(chain.Newest, Timestamp)?.Value?.Length ?? 0);
            }
        }

        spans.Add(new KeySpan(start, default) { Locality = locality });
        return ValueTask.FromResult<IReadOnlyList<KeySpan>>(spans);
    }

    public async ValueTask ExportAsync(
        Space space,
        KeySpan span,
        ExportWindow window,
        IRowVersionSink sink,
        CancellationToken cancellationToken = default)
    {
        var (descriptor, table) = Resolve(space);
        RequireAbilities(window);
        var selection = new VersionSelection(window, Timestamp, PartitionOf(space, descriptor));
        var batch = new List<ExportedVersion>();
        var next = span.Start;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            batch.Clear();
            var last = Collect(table, next, span.End, selection, batch);
            for (var written = 0; written < batch.Count;)
            {
                written = WriteUntilFull(batch, written, sink, out var isFull);
                if (isFull)
                    await sink.FlushAsync(cancellationToken).ConfigureAwait(false);
            }

            if (last is null)
                return;
            next = (byte[])[.. last, 0]; // the least key after it
        }
    }

    public ValueTask DisposeAsync() => _catalog.DisposeAsync();

    private (TableDescriptor Descriptor, MemoryTable Table) Resolve(Space space)
    {
        if (space is not TableSpace { TableId: var id })
            throw MemoryErrors.NotSupported("page spaces");
        lock (store.Gate)
        {
            var found = _catalog.State.Find(id);
            if (found is null && store.Options.Capabilities.HasFlag(EngineCapabilities.RevisionHistory))
                found = store.Catalog.FindLast(id, Timestamp); // dropped: of its rows the history is there
            return found is TableDescriptor descriptor
                ? (descriptor, store.Tables[id])
                : throw MemoryErrors.TableNotFound($"number {id}");
        }
    }

    private void RequireAbilities(ExportWindow window)
    {
        var abilities = store.Options.Capabilities;
        if (!window.Start.IsZero && !abilities.HasFlag(EngineCapabilities.ChangeExport))
            throw MemoryErrors.NotSupported("export of changes");
        if (window.AllVersions && !abilities.HasFlag(EngineCapabilities.RevisionHistory))
            throw MemoryErrors.NotSupported("revision history");
    }

    private Partition? PartitionOf(Space space, TableDescriptor descriptor)
    {
        if (space is not TableSpace { Partition: { } name })
            return null;
        if (!store.Options.Capabilities.HasFlag(EngineCapabilities.Partitions))
            throw MemoryErrors.NotSupported("partitions");
        return descriptor.Partitions.Contains(name)
            ? new Partition(CatalogRules.PartitionOrdinal(descriptor), name)
            : throw MemoryErrors.NoSuchPartition(descriptor, name);
    }

    /// <summary>Takes the versions of the next rows; gives the last key looked at, or null at the end.</summary>
    private byte[]? Collect(
        MemoryTable table,
        ReadOnlyMemory<byte> start,
        ReadOnlyMemory<byte> end,
        VersionSelection selection,
        List<ExportedVersion> batch)
    {
        lock (store.Gate)
        {
            if (!selection.Start.IsZero)
                store.RequireKept(selection.Start); // else deletions would be missing
            var rows = 0;
            foreach (var chain in table.Rows.From(start))
            {
                if (!end.IsEmpty && chain.Key.AsSpan().SequenceCompareTo(end.Span) >= 0)
                    return null;
                selection.AddTo(batch, chain);
                if (++rows == BatchRows)
                    return chain.Key;
            }

            return null;
        }
    }

    private static int WriteUntilFull(
        List<ExportedVersion> batch, int from, IRowVersionSink sink, out bool isFull)
    {
        for (var i = from; i < batch.Count; i++)
        {
            var (key, at, value) = batch[i];
            var row = value is null ? RowVersion.Deletion(key, at) : new RowVersion(key, at, value);
            if (!sink.Write(row))
            {
                isFull = true;
                return i + 1;
            }
        }

        isFull = false;
        return batch.Count;
    }
}
