using Backup.Sql.Catalog;
using Backup.Sql.Sqlite.History;
using Backup.Sql.Sqlite.Interop;

namespace Backup.Sql.Sqlite.Catalog;

/// <summary>Reads what a database holds, inside the transaction of its connection.</summary>
internal sealed class SchemaReader
{
    private readonly Connection _connection;
    private readonly List<MasterRow> _master;
    private readonly HashSet<string> _excluded;
    private readonly HashSet<string>? _tracked;

    private SchemaReader(Connection connection, HashSet<string>? excluded, HashSet<string>? tracked)
    {
        _connection = connection;
        _master = ReadMaster(connection);
        _excluded = excluded ?? Exclusions.Read(connection, _master);
        _tracked = tracked
            ?? (HistoryState.IsTracked(connection) ? DefinitionReader.TrackableOf(connection, _master) : null);
    }

    /// <summary>Reads a whole database.</summary>
    public static SqliteSchema Read(Connection connection) => new SchemaReader(connection, null, null).Read();

    /// <summary>Reads the schema of the past out of a database that was made to hold nothing else.</summary>
    /// <param name="connection">Reads in it.</param>
    /// <param name="excluded">The tables whose rows stay out of backups.</param>
    /// <param name="tracked">The tables whose past is known.</param>
    public static SqliteSchema ReadPast(
        Connection connection, HashSet<string> excluded, HashSet<string> tracked) =>
        new SchemaReader(connection, excluded, tracked).Read();

    /// <summary>The rows of <c>sqlite_master</c>, in the order in which objects were made.</summary>
    public static List<MasterRow> ReadMaster(Connection connection)
    {
        using var rows = connection.Prepare(
            "SELECT type, name, tbl_name, rootpage, sql FROM sqlite_master ORDER BY rowid");
        var master = new List<MasterRow>();
        while (rows.Step())
        {
            var root = rows.Type(3) == StorageClass.Integer ? (uint)rows.Integer(3) : 0;
            master.Add(new MasterRow(rows.Text(0), rows.Text(1), rows.Text(2), root, rows.TextOrNull(4)));
        }

        return master;
    }

    private SqliteSchema Read()
    {
        var database = ReadDatabase();
        var tables = ReadTables();
        var objects = new List<ObjectDescriptor>
        {
            new SchemaDescriptor
            {
                Id = ObjectIds.Of(_connection.Database, "schema", SqliteSchema.SchemaName),
                Database = _connection.Database,
                Name = SqliteSchema.SchemaName,
            },
        };
        objects.AddRange(tables.Select(table => table.Descriptor));
        objects.AddRange(ReadViews());
        objects.AddRange(ReadTriggers());
        var encoding = database.Properties[SqliteProperties.Pragma + "encoding"];
        return new SqliteSchema(
            database, objects, tables.ToDictionary(table => table.Descriptor.Id), encoding == "UTF-8");
    }

    private DatabaseDescriptor ReadDatabase() => new()
    {
        Id = ObjectIds.Of(_connection.Database, "database", string.Empty),
        Database = _connection.Database,
        Name = _connection.Database,
        Properties = SqliteProperties.Pragmas.ToDictionary(
            pragma => SqliteProperties.Pragma + pragma,
            pragma => _connection.QueryText($"PRAGMA {pragma}") ?? string.Empty),
    };

    private List<SqliteTable> ReadTables()
    {
        var reader = new TableReader(_connection, _master);
        var candidates = _master.Where(row =>
            row.Type == "table" && !row.IsInternal && row.Sql is not null && !HistoryNames.IsOwn(row.Name)).ToList();
        var shadows = candidates.Where(VirtualTables.IsVirtual)
            .ToDictionary(row => row, row => VirtualTables.ShadowsOf(row, _master));
        var hidden = shadows.Values.SelectMany(rows => rows).ToHashSet();
        return [.. candidates.Where(row => !hidden.Contains(row)).Select(row => shadows.TryGetValue(row, out var own)
            ? reader.ReadVirtual(row, [.. own.Select(reader.Read)])
            : reader.Read(row)).Select(WithMarks)];
    }

    private SqliteTable WithMarks(SqliteTable table) => table with
    {
        Descriptor = table.Descriptor with
        {
            ExcludeData = _excluded.Contains(table.Name),
            KeepsNoHistory = _tracked is not null && !_tracked.Contains(table.Name),
        },
    };

    private List<ViewDescriptor> ReadViews()
    {
        var views = _master.Where(row => row.Type == "view").ToList();
        var dependencies = views.ToDictionary(row => row.Name, DependenciesOf, AsciiIgnoreCaseComparer.Instance);
        var ordered = new List<ViewDescriptor>();
        var visited = new HashSet<string>(AsciiIgnoreCaseComparer.Instance);
        foreach (var row in views)
            Visit(row);
        return ordered;

        void Visit(MasterRow row)
        {
            if (!visited.Add(row.Name))
                return;
            var below = dependencies[row.Name];
            foreach (var view in views.Where(view => below.Contains(view.Name)))
                Visit(view);
            ordered.Add(new ViewDescriptor
            {
                Id = ObjectIds.Of(_connection.Database, "view", row.Name),
                Database = _connection.Database,
                Schema = SqliteSchema.SchemaName,
                Name = row.Name,
                Ddl = row.Sql,
                DependsOn = [.. _master
                    .Where(other => other.Type is "table" or "view" && !other.IsInternal && below.Contains(other.Name))
                    .Select(other => ObjectIds.Of(_connection.Database, other.Type, OwnerOf(other)))
                    .Distinct()],
            });
        }
    }

    /// <summary>A view over a module's own table needs the virtual table, which is what has an id.</summary>
    private string OwnerOf(MasterRow row) => _master.FirstOrDefault(other =>
        VirtualTables.IsVirtual(other) && VirtualTables.ShadowsOf(other, _master).Contains(row))?.Name ?? row.Name;

    /// <summary>
    /// What a view reads itself: SQLite tells its authorizer while it compiles a query of the view, so that aliases,
    /// common table expressions and quoting need no second parser. A view that does not compile depends on nothing.
    /// </summary>
    private HashSet<string> DependenciesOf(MasterRow view)
    {
        var names = new HashSet<string>(AsciiIgnoreCaseComparer.Instance);
        _connection.Compile($"SELECT * FROM {Connection.Quote(view.Name)}", (table, within) =>
        {
            if (within is not null && AsciiIgnoreCaseComparer.Instance.Equals(within, view.Name))
                names.Add(table);
        });
        names.Remove(view.Name);
        return names;
    }

    private IEnumerable<TriggerDescriptor> ReadTriggers() =>
        from row in _master
        where row.Type == "trigger" && row.Sql is not null && !HistoryNames.IsOwn(row.Name)
        let owner = _master.First(other =>
            other.Type is "table" or "view" && AsciiIgnoreCaseComparer.Instance.Equals(other.Name, row.Table))
        let ownerId = ObjectIds.Of(_connection.Database, owner.Type, owner.Name)
        select new TriggerDescriptor
        {
            Id = ObjectIds.Of(_connection.Database, "trigger", row.Name),
            Database = _connection.Database,
            Schema = SqliteSchema.SchemaName,
            Name = row.Name,
            Ddl = row.Sql,
            TableId = ownerId,
            DependsOn = [ownerId],
        };
}
