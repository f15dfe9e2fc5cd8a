using Backup.Sql.Catalog;
using Backup.Sql.Engines;
using Backup.Sql.Rows;

namespace CsvSample;

/// <summary>A restore: rows gather in memory, then in files that nobody names, and one commit names them all.</summary>
internal sealed class CsvRestore(CsvStore store, RestoreRequest request) : IRestoreTransaction
{
    private readonly Lock _gate = new();
    private readonly List<string> _notices = [];
    private readonly Dictionary<long, CsvRows> _tables = [];
    private readonly List<CsvTable> _files = [];
    private bool _isPublished;

    public IReadOnlyList<string> Notices => _notices;

    public static void RequireFree(CsvManifest present, RestoreRequest request)
    {
        foreach (var name in request.NewDatabases.Where(name => present.Databases.Any(d => d.Name == name)))
            throw CsvErrors.DatabaseExists(name);
    }

    // docs: create
    public ValueTask CreateAsync(IReadOnlyList<ObjectRestore> objects, CancellationToken cancellationToken = default)
    {
        foreach (var item in objects)
        {
            if (item.ReplacesRows)
                throw CsvErrors.NotSupported("way to replace the rows of a table that is there");
            if (item.Target is TableDescriptor table && !item.Exists)
                _tables.Add(table.Id, new CsvRows(Fit(table)));
            else if (item.Target is not (TableDescriptor or SchemaDescriptor or DatabaseDescriptor))
                _notices.Add($"{item.Target.Name} was left out: CSV files hold tables only.");
        }

        RequireFreeTables(Present());
        return ValueTask.CompletedTask;
    }

    /// <summary>The table as it can be here: what only the other engine's SQL says is left out, and noted.</summary>
    private TableDescriptor Fit(TableDescriptor table)
    {
        var foreign = table.Columns.FirstOrDefault(column => !CsvCodec.Kinds.Contains(column.Type.Kind));
        if (foreign is not null)
            throw CsvErrors.NotSupported($"columns of kind {foreign.Type.Kind}: {table.Name}.{foreign.Name}");
        if (table.Checks.Count > 0 || table.Columns.Any(column => column.Default is not null))
            _notices.Add($"Table {table.Name} lost its checks and defaults.");
        return table with
        {
            Ddl = null,
            Schema = "public",
            DependsOn = [],
            Checks = [],
            Properties = new Dictionary<string, string>(),
            Columns = [.. table.Columns.Select(c => c with { EngineType = null, Default = null, DefaultDependsOn = [] })],
        };
    }

    // docs: end

    // docs: ingest
    public async ValueTask IngestAsync(
        Space space, SpaceShape shape, IRowSource rows, CancellationToken cancellationToken = default)
    {
        if (space is not TableSpace { TableId: var id } || !_tables.TryGetValue(id, out var table))
            throw CsvErrors.NotSupported("such space");
        while (await rows.FillAsync(cancellationToken))
        {
            // Ranges of one table come concurrently.
            lock (_gate)
            {
                while (rows.TryRead(out var row))
                    table.Add(CsvCodec.Values(row.Value));
            }
        }
    }

    public ValueTask CompleteAsync(CancellationToken cancellationToken = default)
    {
        foreach (var rows in _tables.Values)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!request.SkipForeignKeyCheck)
                CheckForeignKeys(rows);
            _files.Add(new CsvTable(rows.Table, store.WriteRows(rows)));
        }

        return ValueTask.CompletedTask;
    }

    // docs: end

    // docs: publish
    public ValueTask PublishAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        store.Commit(present =>
        {
            RequireFree(present, request); // somebody may have come first
            RequireFreeTables(present);
            var id = present.LastId;
            foreach (var name in request.NewDatabases)
                present = present.With(new CsvDatabase(name, ++id, ++id, []));
            foreach (var table in _files)
            {
                var numbered = table with { Descriptor = table.Descriptor with { Id = ++id } };
                present = present.With(present.Get(table.Descriptor.Database).With(numbered));
            }

            return present with { LastId = id };
        });
        _isPublished = true;
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        foreach (var table in _isPublished ? [] : _files)
            store.Delete(table.File);
        _files.Clear();
        return ValueTask.CompletedTask;
    }

    // docs: end

    private CsvManifest Present()
    {
        var (present, _) = store.Pin();
        store.Unpin(present);
        return present;
    }

    private void RequireFreeTables(CsvManifest present)
    {
        foreach (var table in _tables.Values.Select(rows => rows.Table))
        {
            if (request.NewDatabases.Contains(table.Database))
                continue;
            if (present.Get(table.Database).Tables.Any(t => t.Descriptor.Name == table.Name))
                throw CsvErrors.TableExists(table.Name);
        }
    }

    private void CheckForeignKeys(CsvRows rows)
    {
        foreach (var key in rows.Table.ForeignKeys)
        {
            var referenced = Referenced(rows.Table.Database, key.ReferencedTable);
            var columns = key.ReferencedColumns.Count > 0 ? key.ReferencedColumns : referenced.Table.PrimaryKey;
            var known = referenced.All.Select(row => Text(referenced.Pick(row.Value, columns))).ToHashSet();
            foreach (var values in rows.All.Select(row => rows.Pick(row.Value, key.Columns).ToList()))
            {
                if (!values.Contains(null) && !known.Contains(Text(values)))
                    throw CsvErrors.DanglingReference(rows.Table.Name, key.ReferencedTable, string.Join(", ", values));
            }
        }
    }

    /// <summary>The table referred to: one of those restored, or one that is there.</summary>
    private CsvRows Referenced(string database, string name) =>
        _tables.Values.FirstOrDefault(rows => (rows.Table.Database, rows.Table.Name) == (database, name))
        ?? CsvRows.Read(store, Present().Get(database).Get(name));

    private static string Text(IEnumerable<object?> values) => Convert.ToHexString(CsvCodec.Key(values));
}
