using System.Collections.Concurrent;
using Backup.Sql.Catalog;
using Backup.Sql.Engines;
using Backup.Sql.Postgres.Catalog;
using Backup.Sql.Postgres.Connections;
using Backup.Sql.Postgres.Rows;
using Backup.Sql.Rows;
using Npgsql;

namespace Backup.Sql.Postgres.Snapshots;

/// <summary>One point of some databases of a server.</summary>
internal sealed class PostgresSnapshot : IEngineSnapshot
{
    private readonly SnapshotReaders _readers;
    private readonly ConcurrentDictionary<(string Database, long Table), StoredTable> _tables = new();

    public PostgresSnapshot(HlcTimestamp timestamp, SnapshotReaders readers)
    {
        Timestamp = timestamp;
        _readers = readers;
        Catalog = new PostgresCatalog([.. readers.Points.Select(point => point.Name)], ReadCatalogAsync);
    }

    public HlcTimestamp Timestamp { get; }

    public ICatalogReader Catalog { get; }

    public async ValueTask<SpaceShape> DescribeAsync(Space space, CancellationToken cancellationToken = default)
    {
        var table = await TableAsync(space, cancellationToken).ConfigureAwait(false);
        return new SpaceShape
        {
            Ordered = !table.HasKey || table.IsOrdered,
            StableKeys = table.HasKey,
            EstimatedRows = table.Rows,
            EstimatedBytes = table.Bytes,
        };
    }

    public async ValueTask<IReadOnlyList<KeySpan>> SplitAsync(
        Space space, long targetBytes, CancellationToken cancellationToken = default)
    {
        var table = await TableAsync(space, cancellationToken).ConfigureAwait(false);
        var bounds = new List<byte[]>();
        if (!table.HasKey)
            bounds = TableSplit.ByPlace(table, targetBytes);
        else if (TableSplit.Count(table, targetBytes) is > 1 and var spans)
        {
            bounds = await ReadAsync(
                space.Database, $"table {table.FullName}",
                connection => TableSplit.ByKeyAsync(connection, table, spans, cancellationToken), cancellationToken)
                .ConfigureAwait(false);
        }

        return [.. Enumerable.Range(0, bounds.Count + 1).Select(index => new KeySpan(
            index == 0 ? default : bounds[index - 1], index == bounds.Count ? default : bounds[index]))];
    }

    public async ValueTask ExportAsync(
        Space space, KeySpan span, ExportWindow window, IRowVersionSink sink,
        CancellationToken cancellationToken = default)
    {
        if (!window.Start.IsZero || window.AllVersions)
            throw PostgresErrors.NoHistory();
        var table = await TableAsync(space, cancellationToken).ConfigureAwait(false);
        await Task.Run(() => ExportAsync(space, table, span, sink, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await Catalog.DisposeAsync().ConfigureAwait(false);
        await _readers.DisposeAsync().ConfigureAwait(false);
    }

    private async Task ExportAsync(
        Space space, StoredTable table, KeySpan span, IRowVersionSink sink, CancellationToken cancellationToken)
    {
        if (table.HasKey)
        {
            var from = KeyBound.ToSql(table, span.Start.Span, isStart: true);
            var to = KeyBound.ToSql(table, span.End.Span, isStart: false);
            if (table.Heaps.Count > 0)
            {
                var query = CopyQuery.ByKey(table, table.Heaps, from, to);
                await CopyAsync(space, table, null, span, query, sink, cancellationToken).ConfigureAwait(false);
            }

            return;
        }

        foreach (var heap in table.Heaps)
        {
            if (PlaceKeys.TryFind(table, heap, span, out var from, out var before))
            {
                var query = CopyQuery.ByPlace(table, heap, from, before);
                await CopyAsync(space, table, heap, span, query, sink, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task CopyAsync(
        Space space, StoredTable table, StoredHeap? heap, KeySpan span, string query, IRowVersionSink sink,
        CancellationToken cancellationToken)
    {
        using var export = new RowExport(table, heap, span);

        // A part of a table through its index: the whole table would be read for every part otherwise.
        var seqscan = span == KeySpan.All ? "on" : "off";
        await ReadAsync(
            space.Database,
            $"table {table.FullName}",
            async connection =>
            {
                await connection.ExecuteAsync($"SET enable_seqscan = {seqscan}", cancellationToken)
                    .ConfigureAwait(false);
                var rows = await CopyReader.StartAsync(connection, query, export.Fields, cancellationToken)
                    .ConfigureAwait(false);
                await using var _ = rows.ConfigureAwait(false);
                await export.RunAsync(rows, sink, cancellationToken).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<StoredTable> TableAsync(Space space, CancellationToken cancellationToken)
    {
        if (space is not TableSpace wanted)
            throw PostgresErrors.NoPages();
        var key = (wanted.Database, wanted.TableId);
        if (!_tables.TryGetValue(key, out var table))
        {
            table = await ReadAsync(
                space.Database,
                $"the catalog of database {space.Database}",
                connection => StoredTables.ReadAsync(
                    connection, space.Database, ObjectIds.OidOf(wanted.TableId), cancellationToken),
                cancellationToken).ConfigureAwait(false) ?? throw PostgresErrors.UnknownTable(wanted);
            _tables.TryAdd(key, table);
        }

        return wanted.Partition is { } partition ? Only(table, partition) : table;
    }

    private static StoredTable Only(StoredTable table, string partition)
    {
        if (!table.IsPartitioned)
            throw PostgresErrors.NoPartitions(table.FullName);
        var heaps = table.Heaps.Where(heap => heap.Path.Contains(partition, StringComparer.Ordinal)).ToList();
        return heaps.Count > 0
            ? table with { Heaps = heaps }
            : throw PostgresErrors.UnknownPartition(table.FullName, partition);
    }

    private async ValueTask ReadCatalogAsync(
        string database, Func<NpgsqlConnection, ValueTask> use, CancellationToken cancellationToken) =>
        await ReadAsync(
            database,
            $"the catalog of database {database}",
            async connection =>
            {
                await use(connection).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);

    private async ValueTask<T> ReadAsync<T>(
        string database, string what, Func<NpgsqlConnection, ValueTask<T>> read, CancellationToken cancellationToken)
    {
        var point = _readers.Points.FirstOrDefault(point => point.Name == database)
            ?? throw PostgresErrors.UnknownDatabase(database);
        try
        {
            try
            {
                return await _readers.UseAsync(point, read, cancellationToken).ConfigureAwait(false);
            }
            catch (PostgresException held) when (held.SqlState == PostgresErrorCodes.LockNotAvailable)
            {
                return await _readers.UseLeaderAsync(point, read, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (PostgresErrors.IsDrivers(failure))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw PostgresErrors.From($"{what} could not be read", failure);
        }
    }
}
