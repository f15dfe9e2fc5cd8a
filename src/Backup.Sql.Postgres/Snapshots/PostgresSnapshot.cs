using System.Collections.Concurrent;
using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Postgres.Catalog;
using Backup.Sql.Postgres.Changes;
using Backup.Sql.Postgres.Connections;
using Backup.Sql.Postgres.Rows;
using Backup.Sql.Rows;
using Npgsql;

namespace Backup.Sql.Postgres.Snapshots;

/// <summary>One point of some databases of a server.</summary>
internal sealed class PostgresSnapshot : IEngineSnapshot, IChangeCoverage, ISnapshotNotices
{
    private const int ChangesPerSpan = 20_000;

    private readonly HlcTimestamp _taken;
    private readonly bool _isPast;
    private readonly SnapshotReaders _readers;
    private readonly ConcurrentDictionary<(string Database, uint Oid), StoredTable> _tables = new();

    /// <summary>Takes over what was opened.</summary>
    /// <param name="taken">When it was opened.</param>
    /// <param name="asOf">The time that is shown instead; null for none.</param>
    /// <param name="readers">Read what there was when it was opened.</param>
    public PostgresSnapshot(HlcTimestamp taken, HlcTimestamp? asOf, SnapshotReaders readers)
    {
        _taken = taken;
        _isPast = asOf is not null;
        Timestamp = asOf ?? taken;
        _readers = readers;
        List<string> databases = [.. readers.Points.Select(point => point.Name)];
        Catalog = _isPast
            ? new PostgresCatalog(
                databases, ReadCatalogAsync,
                (connection, database, token) => PastCatalog.ReadAsync(connection, database, Timestamp, token),
                CountPastAsync)
            : new PostgresCatalog(databases, ReadCatalogAsync, PastCatalog.ReadNowAsync, CountAsync);
    }

    public HlcTimestamp Timestamp { get; }

    /// <summary>What tells the changes of those databases that are tracked.</summary>
    private readonly Dictionary<string, DatabaseChanges> _changes = new(StringComparer.Ordinal);

    private readonly CancellationTokenSource _end = new();
    private Task _ahead = Task.CompletedTask;

    /// <summary>Databases that should be tracked, and have no slot yet.</summary>
    private IReadOnlyList<string> _late = [];

    public ICatalogReader Catalog { get; }

    public IReadOnlyList<string> Notices { get; private set; } = [];

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

        return Between(bounds);
    }

    public async ValueTask<IReadOnlyList<KeySpan>?> SplitChangesAsync(
        Space space, HlcTimestamp start, CancellationToken cancellationToken = default)
    {
        var table = await TableAsync(space, cancellationToken).ConfigureAwait(false);
        if (_isPast || await ChangedRowsAsync((TableSpace)space, table, start, cancellationToken).ConfigureAwait(false)
            is not { } rows)
            return null;
        return Between([.. rows.Where((_, place) => place > 0 && place % ChangesPerSpan == 0)
            .Select(row => row.Key.ToArray())]);
    }

    public async ValueTask ExportAsync(
        Space space, KeySpan span, ExportWindow window, IRowVersionSink sink,
        CancellationToken cancellationToken = default)
    {
        var table = await TableAsync(space, cancellationToken).ConfigureAwait(false);
        var export = window.AllVersions
            ? ExportVersionsAsync((TableSpace)space, table, span, window.Start, sink, cancellationToken)
            : _isPast ? ExportPastAsync((TableSpace)space, table, span, window.Start, sink, cancellationToken)
            : window.Start.IsZero ? ExportAsync(space, table, span, HlcTimestamp.Zero, sink, cancellationToken)
            : ExportChangesAsync((TableSpace)space, table, span, window.Start, sink, cancellationToken);
        await export.ConfigureAwait(false);
    }

    public async ValueTask<bool> CoversAsync(
        Space space, HlcTimestamp start, CancellationToken cancellationToken = default)
    {
        if (_isPast || (_changes.TryGetValue(space.Database, out var changes) && changes.HasLog(start)))
            return await GetVersionStartAsync(space, start, cancellationToken).ConfigureAwait(false) == start;
        var table = await TableAsync(space, cancellationToken).ConfigureAwait(false);
        return await ChangedRowsAsync((TableSpace)space, table, start, cancellationToken).ConfigureAwait(false)
            is not null;
    }

    public async ValueTask<HlcTimestamp> GetVersionStartAsync(
        Space space, HlcTimestamp start, CancellationToken cancellationToken = default)
    {
        var table = await TableAsync(space, cancellationToken).ConfigureAwait(false);
        var from = await ChangesOf(space.Database)
            .FindStartAsync(ObjectIds.OidOf(((TableSpace)space).TableId), table, start, cancellationToken)
            .ConfigureAwait(false);
        return from <= Timestamp ? from : throw PostgresErrors.PastUnknown(table.FullName, Timestamp);
    }

    /// <summary>Leaves a mark in every database that is tracked.</summary>
    public async ValueTask MarkAsync(
        HistoryService history, SnapshotTurn turn, CancellationToken cancellationToken)
    {
        foreach (var point in _readers.Points.Where(point => point.IsTracked))
        {
            var changes = await history.MarkAsync(
                turn, point, _taken, token => ObjectsAsync(point, token),
                (oid, token) => RelationAsync(point, oid, token), cancellationToken)
                .ConfigureAwait(false);
            _changes.Add(point.Name, changes);
        }

        Notices = [.. turn.Notices];
        _late = [.. turn.Late];
        _ahead = ReadAheadAsync(_end.Token);
    }

    /// <summary>
    /// While the server reads its log the catalogs are read, which every backup wants in the end. Who asks for them
    /// finds out what went wrong.
    /// </summary>
    private async Task ReadAheadAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var database in _changes.Keys)
                await Catalog.GetObjectsAsync(database, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is BackupSqlException or OperationCanceledException)
        {
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _ahead.ConfigureAwait(false);
        _end.Dispose();
        await Catalog.DisposeAsync().ConfigureAwait(false);
        foreach (var changes in _changes.Values)
            await changes.KeepRowsAsync().ConfigureAwait(false);
        await _readers.DisposeAsync().ConfigureAwait(false);
        foreach (var changes in _changes.Values)
            changes.Dispose();
    }

    private static IReadOnlyList<KeySpan> Between(IReadOnlyList<byte[]> bounds) =>
    [
        .. Enumerable.Range(0, bounds.Count + 1).Select(index => new KeySpan(
            index == 0 ? default : bounds[index - 1], index == bounds.Count ? default : bounds[index])),
    ];

    private DatabaseChanges ChangesOf(string database)
    {
        if (_changes.TryGetValue(database, out var changes))
            return changes;
        throw _late.Contains(database) ? PostgresErrors.NoSlotYet(database) : PostgresErrors.NoHistory(database);
    }

    /// <summary>Every version since a time; from where they are known, with the rows there were then.</summary>
    private async Task ExportVersionsAsync(
        TableSpace space, StoredTable table, KeySpan span, HlcTimestamp start, IRowVersionSink sink,
        CancellationToken cancellationToken)
    {
        var from = await GetVersionStartAsync(space, start, cancellationToken).ConfigureAwait(false);
        if (!start.IsZero && from != start)
            throw PostgresErrors.NotCaught(table.FullName, start);
        if (from == _taken)
        {
            // Nothing of it is known but what it is now.
            await ExportAsync(space, table, span, from, sink, cancellationToken).ConfigureAwait(false);
            return;
        }

        var rows = await LoggedRows.VersionsAsync(
            ChangesOf(space.Database), ObjectIds.OidOf(space.TableId), table, from, Timestamp, start.IsZero,
            cancellationToken).ConfigureAwait(false);
        await ExportAsync(space, table, rows, span, sink, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The rows of a past time, or the keys that changed up to it.</summary>
    private async Task ExportPastAsync(
        TableSpace space, StoredTable table, KeySpan span, HlcTimestamp start, IRowVersionSink sink,
        CancellationToken cancellationToken)
    {
        var (changes, oid) = (ChangesOf(space.Database), ObjectIds.OidOf(space.TableId));
        var rows = start.IsZero
            ? await LoggedRows.StateAsync(changes, oid, table, Timestamp, cancellationToken).ConfigureAwait(false)
            : await LoggedRows.ChangesAsync(changes, oid, table, start, Timestamp, cancellationToken)
                .ConfigureAwait(false);
        if (start.IsZero && rows.IsUnchanged)
            await ExportAsync(space, table, span, HlcTimestamp.Zero, sink, cancellationToken).ConfigureAwait(false);
        else
            await ExportAsync(space, table, rows, span, sink, cancellationToken).ConfigureAwait(false);
    }

    private async Task ExportAsync(
        TableSpace space, StoredTable table, LoggedRows rows, KeySpan span, IRowVersionSink sink,
        CancellationToken cancellationToken) =>
        await ReadAsync(
            space.Database,
            $"the past of table {table.FullName}",
            async connection =>
            {
                await rows.ExportAsync(connection, span, sink, cancellationToken).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);

    /// <summary>Tracked rows are counted once: from then on the log tells what came and went.</summary>
    private async ValueTask<TableStatistics> CountAsync(
        TableDescriptor table, long? known, CancellationToken cancellationToken)
    {
        var oid = ObjectIds.OidOf(table.Id);
        var changes = _changes.GetValueOrDefault(table.Database);
        if (_tables.TryGetValue((table.Database, oid), out var stored))
            known ??= changes?.FindRows(oid, stored);
        var counted = await ReadAsync(
            table.Database, $"table {table.Name}",
            connection => TableCounter.CountAsync(connection, table, known, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        changes?.AddRows(oid, counted.Rows);
        return counted;
    }

    private async ValueTask<TableStatistics> CountPastAsync(
        TableDescriptor table, long? known, CancellationToken cancellationToken)
    {
        var stored = await TableAsync(new TableSpace(table.Database, table.Id), cancellationToken)
            .ConfigureAwait(false);
        var rows = await LoggedRows.StateAsync(
            ChangesOf(table.Database), ObjectIds.OidOf(table.Id), stored, Timestamp, cancellationToken)
            .ConfigureAwait(false);
        return await ReadAsync(
            table.Database, $"the past of table {stored.FullName}",
            connection => rows.CountAsync(connection, table, known, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
    }

    private async ValueTask<IReadOnlyList<ObjectDescriptor>> ObjectsAsync(
        DatabasePoint point, CancellationToken cancellationToken)
    {
        var now = await _readers.UseAsync(
            point, connection => SchemaReader.ReadAsync(connection, point.Name, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        return [now.Database, .. now.Objects];
    }

    private async Task ExportChangesAsync(
        TableSpace space, StoredTable table, KeySpan span, HlcTimestamp start, IRowVersionSink sink,
        CancellationToken cancellationToken)
    {
        _ = ChangesOf(space.Database); // refuses where there is no history
        var rows = await ChangedRowsAsync(space, table, start, cancellationToken).ConfigureAwait(false)
            ?? throw PostgresErrors.NotCaught(table.FullName, start);
        var export = new ChangedRowExport(
            table, Timestamp,
            find => ReadAsync(space.Database, table.FullName, find, cancellationToken));
        await export.RunAsync(rows, span, sink, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<IReadOnlyList<ChangedRow>?> ChangedRowsAsync(
        TableSpace space, StoredTable table, HlcTimestamp start, CancellationToken cancellationToken) =>
        _changes.TryGetValue(space.Database, out var changes)
            ? await changes.FindKeysAsync(ObjectIds.OidOf(space.TableId), table, start, cancellationToken)
                .ConfigureAwait(false)
            : null;

    private async ValueTask<StoredTable?> RelationAsync(
        DatabasePoint point, uint oid, CancellationToken cancellationToken)
    {
        if (_tables.TryGetValue((point.Name, oid), out var known))
            return known;
        var table = await _readers.UseAsync(
            point, connection => StoredTables.ReadAsync(connection, point.Name, oid, cancellationToken),
            cancellationToken).ConfigureAwait(false);
        if (table is not null)
            _tables.TryAdd((point.Name, oid), table);
        return table;
    }

    /// <summary>The rows that are there, on a thread of the pool: the caller may have other spans to export.</summary>
    private Task ExportAsync(
        Space space, StoredTable table, KeySpan span, HlcTimestamp time, IRowVersionSink sink,
        CancellationToken cancellationToken) =>
        Task.Run(() => ExportRowsAsync(space, table, span, time, sink, cancellationToken), cancellationToken);

    private async Task ExportRowsAsync(
        Space space, StoredTable table, KeySpan span, HlcTimestamp time, IRowVersionSink sink,
        CancellationToken cancellationToken)
    {
        if (table.HasKey)
        {
            var from = KeyBound.ToSql(table, span.Start.Span, isStart: true);
            var to = KeyBound.ToSql(table, span.End.Span, isStart: false);
            if (table.Heaps.Count > 0)
            {
                var query = CopyQuery.ByKey(table, table.Heaps, from, to);
                await CopyAsync(space, table, null, span, time, query, sink, cancellationToken).ConfigureAwait(false);
            }

            return;
        }

        foreach (var heap in table.Heaps)
        {
            if (PlaceKeys.TryFind(table, heap, span, out var from, out var before))
            {
                var query = CopyQuery.ByPlace(table, heap, from, before);
                await CopyAsync(space, table, heap, span, time, query, sink, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task CopyAsync(
        Space space, StoredTable table, StoredHeap? heap, KeySpan span, HlcTimestamp time, string query,
        IRowVersionSink sink, CancellationToken cancellationToken)
    {
        // A part of a table through its index: the whole table would be read for every part otherwise.
        var seqscan = span == KeySpan.All ? "on" : "off";
        await ReadAsync(
            space.Database,
            $"table {table.FullName}",
            async connection =>
            {
                await connection.ExecuteAsync($"SET enable_seqscan = {seqscan}", cancellationToken)
                    .ConfigureAwait(false);
                using var export = new RowExport(table, heap, span, time);
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
        var key = (wanted.Database, Oid: ObjectIds.OidOf(wanted.TableId));
        if (!_tables.TryGetValue(key, out var table))
        {
            table = await ReadAsync(
                space.Database,
                $"the catalog of database {space.Database}",
                connection => StoredTables.ReadAsync(connection, space.Database, key.Oid, cancellationToken),
                cancellationToken).ConfigureAwait(false)
                ?? throw await MissingAsync(wanted, cancellationToken).ConfigureAwait(false);
            _tables.TryAdd(key, table);
        }

        return wanted.Partition is { } partition ? Only(table, partition) : table;
    }

    /// <summary>A table of the past that is gone by now took its rows with it.</summary>
    private async ValueTask<BackupSqlException> MissingAsync(TableSpace space, CancellationToken cancellationToken)
    {
        var objects = _isPast
            ? await Catalog.GetObjectsAsync(space.Database, cancellationToken).ConfigureAwait(false) : [];
        return objects.FirstOrDefault(o => o.Id == space.TableId) is { } table
            ? PostgresErrors.PastUnknown($"{space.Database}.{table.Schema}.{table.Name}", Timestamp)
            : PostgresErrors.UnknownTable(space);
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

    private ValueTask ReadCatalogAsync(
        string database, Func<NpgsqlConnection, ValueTask> use, CancellationToken cancellationToken) =>
        ReadAsync(database, $"the catalog of database {database}", use, cancellationToken);

    private async ValueTask ReadAsync(
        string database, string what, Func<NpgsqlConnection, ValueTask> read, CancellationToken cancellationToken) =>
        await ReadAsync(
            database,
            what,
            async connection =>
            {
                await read(connection).ConfigureAwait(false);
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
