using Backup.Sql.Catalog;
using Backup.Sql.Engines;
using Backup.Sql.Rows;
using Backup.Sql.Sqlite.Catalog;
using Backup.Sql.Sqlite.History;
using Backup.Sql.Sqlite.Pages;
using Backup.Sql.Sqlite.Rows;

namespace Backup.Sql.Sqlite;

/// <summary>One point of some SQLite databases.</summary>
internal sealed class SqliteSnapshot : IEngineSnapshot, IChangeCoverage
{
    private readonly Dictionary<string, DatabaseSnapshot> _databases;
    private readonly IDisposable? _scratch;
    private readonly TableProof? _proof;
    private readonly IReadOnlyDictionary<string, string> _localities;

    public SqliteSnapshot(
        HlcTimestamp timestamp, IEnumerable<DatabaseSnapshot> databases, IDisposable? scratch,
        IReadOnlyDictionary<string, string>? localities = null, TableProof? proof = null)
    {
        _proof = proof;
        _localities = localities ?? new Dictionary<string, string>();
        Timestamp = timestamp;
        _databases = databases.ToDictionary(database => database.Name, AsciiIgnoreCaseComparer.Instance);
        _scratch = scratch;
        Catalog = new SnapshotCatalog(_databases);
    }

    public HlcTimestamp Timestamp { get; }

    public ICatalogReader Catalog { get; }

    /// <summary>How many pages are read from write-ahead logs.</summary>
    public int PagesInLog => _databases.Values.Sum(database => database.PagesInLog);

    public async ValueTask<SpaceShape> DescribeAsync(Space space, CancellationToken cancellationToken = default)
    {
        var database = Database(space);
        if (space is PageSpace)
        {
            return new SpaceShape
            {
                PageSize = database.Geometry.PageSize,
                PageCount = database.Geometry.PageCount,
                EstimatedRows = database.Geometry.PageCount,
                EstimatedBytes = database.Geometry.Bytes,
            };
        }

        var (schema, table) = await TableAsync(space, cancellationToken).ConfigureAwait(false);
        var trees = new List<TreeShape>();
        foreach (var stored in database.Header.IsReadable ? StoredTables(table) : [])
            trees.Add(await MeasureAsync(database, stored, long.MaxValue).ConfigureAwait(false));
        return new SpaceShape
        {
            Ordered = StoredTables(table).All(stored => IsOrdered(schema, stored)),
            StableKeys = StoredTables(table).All(stored => stored.IsWithoutRowId || stored.RowIdColumn >= 0),
            EstimatedRows = (long)trees.Sum(tree => tree.Leaves * tree.RowsPerLeaf),
            EstimatedBytes = trees.Sum(tree => tree.Leaves) * database.Geometry.PageSize,
        };
    }

    public async ValueTask<IReadOnlyList<KeySpan>> SplitAsync(
        Space space, long targetBytes, CancellationToken cancellationToken = default)
    {
        var spans = await CutAsync(space, targetBytes, cancellationToken).ConfigureAwait(false);
        return _localities.TryGetValue(space.Database, out var locality)
            ? [.. spans.Select(span => span with { Locality = locality })]
            : spans;
    }

    private async ValueTask<IReadOnlyList<KeySpan>> CutAsync(
        Space space, long targetBytes, CancellationToken cancellationToken)
    {
        var database = Database(space);
        if (space is PageSpace)
            return PageNumbers.Split(database.Geometry.PageCount, database.Geometry.PageSize, targetBytes);

        var (_, table) = await TableAsync(space, cancellationToken).ConfigureAwait(false);
        var bounds = new List<byte[]>();
        if (database.Header.IsReadable && table is { IsVirtual: false, IsWithoutRowId: false, RowIdName: not null })
        {
            var leaves = targetBytes / database.Geometry.PageSize;
            var shape = await MeasureAsync(database, table, leaves).ConfigureAwait(false);
            bounds.AddRange(shape.Bounds.Select(last => RowKeys.OfRowId(last + 1)));
        }

        for (var shadow = 1; shadow < table.Shadows.Count; shadow++)
            bounds.Add(RowKeys.OfShadow(shadow));
        return [.. Enumerable.Range(0, bounds.Count + 1).Select(index => new KeySpan(
            index == 0 ? default : bounds[index - 1], index == bounds.Count ? default : bounds[index]))];
    }

    public async ValueTask ExportAsync(
        Space space,
        KeySpan span,
        ExportWindow window,
        IRowVersionSink sink,
        CancellationToken cancellationToken = default)
    {
        var database = Database(space);
        if (!window.Start.IsZero || window.AllVersions)
        {
            await ExportHistoryAsync(database, space, span, window, sink, cancellationToken).ConfigureAwait(false);
            return;
        }

        await RequireKnownAsync(database, space, cancellationToken).ConfigureAwait(false);
        if (space is PageSpace)
        {
            await database.UsePagesAsync(reader => Task.Run(
                () => PageExport.RunAsync(reader, span, sink, cancellationToken),
                cancellationToken)).ConfigureAwait(false);
            return;
        }

        var (schema, table) = await TableAsync(space, cancellationToken).ConfigureAwait(false);
        if (!table.IsVirtual)
            await ExportAsync(database, schema, table, null, span, sink, cancellationToken).ConfigureAwait(false);
        for (var shadow = 0; shadow < table.Shadows.Count; shadow++)
        {
            if (Part(span, shadow) is { } part)
            {
                await ExportAsync(database, schema, table.Shadows[shadow], shadow, part, sink, cancellationToken)
                    .ConfigureAwait(false);
            }
        }
    }

    public async ValueTask<bool> CoversAsync(
        Space space, HlcTimestamp start, CancellationToken cancellationToken = default)
    {
        if (space is PageSpace)
            return false;
        var (schema, table) = await TableAsync(space, cancellationToken).ConfigureAwait(false);
        if (!IsOrdered(schema, table))
            return false;
        var covers = await Database(space).UseLeaderAsync(
            leader => HistoryState.TryRead(leader) is { } state && state.Covers(table.Name, start), cancellationToken)
            .ConfigureAwait(false);
        if (_proof is null)
            return covers;
        await Database(space).UseRowsAsync(
            connection => Task.Run(
                async () => covers &= await _proof.ProveAsync(connection, schema, table, cancellationToken)
                    .ConfigureAwait(false),
                cancellationToken),
            cancellationToken).ConfigureAwait(false);
        return covers;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var database in _databases.Values)
            await database.DisposeAsync().ConfigureAwait(false);
        _scratch?.Dispose();
    }

    private static async Task ExportAsync(
        DatabaseSnapshot database,
        SqliteSchema schema,
        SqliteTable table,
        int? shadow,
        KeySpan span,
        IRowVersionSink sink,
        CancellationToken cancellationToken)
    {
        if (PageRowExport.CanRead(database.Header, schema, table))
        {
            var rest = await ExportFromPagesAsync(database, table, shadow, span, sink, cancellationToken)
                .ConfigureAwait(false);
            if (rest is null)
                return;
            span = rest;
        }

        await database.UseRowsAsync(
            connection => Task.Run(
                async () =>
                {
                    using var export = new RowExport(connection, schema, table, shadow, span);
                    await export.RunAsync(sink, cancellationToken).ConfigureAwait(false);
                },
                cancellationToken),
            cancellationToken).ConfigureAwait(false);
    }

    private async Task ExportHistoryAsync(
        DatabaseSnapshot database,
        Space space,
        KeySpan span,
        ExportWindow window,
        IRowVersionSink sink,
        CancellationToken cancellationToken)
    {
        var state = await database.UseLeaderAsync(HistoryState.TryRead, cancellationToken).ConfigureAwait(false);
        if (state is null || space is PageSpace)
            throw SqliteErrors.NoHistory();
        var (schema, table) = await TableAsync(space, cancellationToken).ConfigureAwait(false);
        if (table.IsVirtual || !IsOrdered(schema, table))
            throw SqliteErrors.NotCaught(table.Name, window.Start);
        await database.UseRowsAsync(
            connection => Task.Run(
                async () =>
                {
                    var history = new TableHistory(HistoryState.Read(connection), table.Name, window);
                    if (window.AllVersions)
                    {
                        using var versions = new VersionExport(connection, schema, history, span);
                        await versions.RunAsync(sink, cancellationToken).ConfigureAwait(false);
                    }
                    else
                    {
                        using var changes = new ChangedRowExport(
                            connection, schema, history.Table, history.FirstLine, span);
                        await changes.RunAsync(sink, cancellationToken).ConfigureAwait(false);
                    }
                },
                cancellationToken),
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Tables whose past nobody knows lie empty in a database that was taken back.</summary>
    private static async Task RequireKnownAsync(
        DatabaseSnapshot database, Space space, CancellationToken cancellationToken)
    {
        if (!database.IsPast)
            return;
        var schema = await database.ReadSchemaAsync(cancellationToken).ConfigureAwait(false);
        if (schema.Tables.Values.Any(table => table.Descriptor.KeepsNoHistory
            && (space is not TableSpace one || one.TableId == table.Descriptor.Id)))
            throw SqliteErrors.NotAllTracked(database.Name);
    }

    private static async Task<KeySpan?> ExportFromPagesAsync(
        DatabaseSnapshot database,
        SqliteTable table,
        int? shadow,
        KeySpan span,
        IRowVersionSink sink,
        CancellationToken cancellationToken)
    {
        KeySpan? rest = null;
        await database.UsePagesAsync(reader => Task.Run(
            async () =>
            {
                using var export = new PageRowExport(reader, database.Name, database.Header, table, shadow, span);
                rest = await export.RunAsync(sink, cancellationToken).ConfigureAwait(false);
            },
            cancellationToken)).ConfigureAwait(false);
        return rest;
    }

    /// <summary>What of a span lies in one of the tables of a virtual table; all of it, nothing, or a part.</summary>
    private static KeySpan? Part(KeySpan span, int shadow)
    {
        ReadOnlySpan<byte> first = RowKeys.OfShadow(shadow);
        ReadOnlySpan<byte> end = RowKeys.OfShadow(shadow + 1);
        if (span.Start.Span.SequenceCompareTo(end) >= 0
            || (!span.End.IsEmpty && span.End.Span.SequenceCompareTo(first) <= 0))
            return null;
        var whole = span.Start.Span.SequenceCompareTo(first) <= 0
            && (span.End.IsEmpty || span.End.Span.SequenceCompareTo(end) >= 0);
        return whole ? KeySpan.All : span;
    }

    private static IEnumerable<SqliteTable> StoredTables(SqliteTable table) =>
        table.IsVirtual ? table.Shadows : [table];

    /// <summary>SQLite orders by collation and direction, and texts of UTF-16 by their own bytes.</summary>
    private static bool IsOrdered(SqliteSchema schema, SqliteTable table) =>
        table.IsWithoutRowId
            ? schema.IsUtf8 && table.KeyColumns.All(column => column.IsBinary)
            : table.RowIdName is not null;

    private static async Task<TreeShape> MeasureAsync(DatabaseSnapshot database, SqliteTable table, long leavesPerPart)
    {
        TreeShape? shape = null;
        await database.UsePagesAsync(reader =>
        {
            shape = TreeWalker.Measure(reader, database.Name, table.RootPage, leavesPerPart);
            return Task.CompletedTask;
        }).ConfigureAwait(false);
        return shape!;
    }

    private DatabaseSnapshot Database(Space space) =>
        _databases.TryGetValue(space.Database, out var database)
            ? database
            : throw SqliteErrors.UnknownDatabase(space.Database);

    private async Task<(SqliteSchema Schema, SqliteTable Table)> TableAsync(
        Space space, CancellationToken cancellationToken)
    {
        var table = (TableSpace)space;
        if (table.Partition is not null)
            throw SqliteErrors.NoPartitions();
        var schema = await Database(space).ReadSchemaAsync(cancellationToken).ConfigureAwait(false);
        return (schema, schema.Table(table.TableId));
    }
}
