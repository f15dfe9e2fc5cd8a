using System.Globalization;
using Backup.Sql.Catalog;
using Backup.Sql.Sqlite.Interop;

namespace Backup.Sql.Sqlite.Catalog;

/// <summary>Reads what SQLite knows of one table, inside the transaction of its connection.</summary>
internal sealed class TableReader(Connection connection, IReadOnlyList<MasterRow> master)
{
    private static readonly string[] RowIdNames = ["rowid", "_rowid_", "oid"];

    private sealed record Column(ColumnDescriptor Descriptor, int KeyPosition, int Hidden, int Number)
    {
        public bool IsComputed => Hidden is 2 or 3;
    }

    /// <summary>Reads an ordinary table.</summary>
    public SqliteTable Read(MasterRow row)
    {
        var ddl = new SqlText(row.Sql!);
        var all = ReadColumns(row.Name);
        var stored = all.Where(column => column.Hidden == 0).ToList();
        var indexes = ReadIndexes(row.Name, out var keyIndex);
        var key = stored.Where(column => column.KeyPosition > 0).OrderBy(column => column.KeyPosition).ToList();
        var withoutRowId = IsWithoutRowId(ddl);
        var rowIdColumn = !withoutRowId && key.Count == 1 && keyIndex is null ? stored.IndexOf(key[0]) : -1;
        if (rowIdColumn >= 0)
        {
            var column = stored[rowIdColumn];
            var integer = column.Descriptor with { Type = new ColumnType(ColumnKind.Integer), Nullable = false };
            stored[rowIdColumn] = column with { Descriptor = integer };
        }

        var names = stored.Select(column => column.Descriptor.Name).ToList();
        var identifies = withoutRowId || rowIdColumn >= 0 || key.TrueForAll(column => !column.Descriptor.Nullable);
        if (!identifies && keyIndex is not null)
            indexes.Insert(0, ReadIndex(keyIndex, true));
        var properties = ReadProperties(row.Name);
        var descriptor = new TableDescriptor
        {
            Id = ObjectIds.Of(connection.Database, "table", row.Name),
            Database = connection.Database,
            Schema = SqliteSchema.SchemaName,
            Name = row.Name,
            Ddl = row.Sql,
            Computed = all.Any(column => column.IsComputed)
                ? [.. all.Where(column => column.IsComputed).Select(column => column.Descriptor.Name)] : null,
            Counter = rowIdColumn < 0 ? null : CounterOf(properties),
            Columns = [.. stored.Select(column => column.Descriptor)],
            PrimaryKey = identifies ? [.. key.Select(column => column.Descriptor.Name)] : [],
            Indexes = indexes,
            ForeignKeys = ReadForeignKeys(row.Name),
            Checks = FindChecks(ddl),
            Properties = properties,
        };
        return new SqliteTable
        {
            Descriptor = descriptor,
            Name = row.Name,
            RootPage = row.RootPage,
            Columns = names,
            RowIdColumn = rowIdColumn,
            Forms = stored.Count == all.Count ? [.. stored.Select((column, i) => Form(column, i == rowIdColumn))] : [],
            KeyColumns = withoutRowId && keyIndex is not null ? ReadKey(keyIndex, stored) : [],
            RowIdName = withoutRowId ? null : RowIdName(all, rowIdColumn),
        };
    }

    /// <summary>Reads a virtual table, with the tables in which its module keeps its data.</summary>
    public SqliteTable ReadVirtual(MasterRow row, IReadOnlyList<SqliteTable> shadows)
    {
        var properties = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [SqliteProperties.Module] = VirtualTables.ModuleOf(row.Sql!),
        };
        for (var i = 0; i < shadows.Count; i++)
            properties[SqliteProperties.ShadowOf(i)] = shadows[i].Descriptor.Ddl!;

        var descriptor = new TableDescriptor
        {
            Id = ObjectIds.Of(connection.Database, "table", row.Name),
            Database = connection.Database,
            Schema = SqliteSchema.SchemaName,
            Name = row.Name,
            Ddl = row.Sql,
            Columns = [],
            Properties = properties,
        };
        return new SqliteTable
        {
            Descriptor = descriptor,
            Name = row.Name,
            RootPage = 0,
            Columns = [],
            IsVirtual = true,
            Shadows = shadows,
        };
    }

    private static StoredForm Form(Column column, bool isRowId)
    {
        if (isRowId)
            return StoredForm.RowId;
        return HasRealAffinity(column.Descriptor.EngineType ?? string.Empty) ? StoredForm.Real : StoredForm.AsIs;
    }

    /// <summary>The rules of sqlite.org/datatype3.html, section 3.1, in their order.</summary>
    private static bool HasRealAffinity(string type)
    {
        string[] before = ["INT", "CHAR", "CLOB", "TEXT", "BLOB"];
        string[] real = ["REAL", "FLOA", "DOUB"];
        return !Array.Exists(before, Contains) && Array.Exists(real, Contains);

        bool Contains(string part) => type.Contains(part, StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsWithoutRowId(SqlText ddl)
    {
        var without = ddl.FindOutside(0, "WITHOUT");
        return without > 0 && ddl.IsWord(without + 1, "ROWID");
    }

    private static string? RowIdName(List<Column> all, int rowIdColumn) => rowIdColumn >= 0
        ? all.First(column => column.KeyPosition == 1).Descriptor.Name
        : RowIdNames.FirstOrDefault(name =>
            !all.Exists(column => AsciiIgnoreCaseComparer.Instance.Equals(column.Descriptor.Name, name)));

    private static List<string> FindChecks(SqlText ddl)
    {
        var checks = new List<string>();
        for (var index = 0; index < ddl.Count; index++)
        {
            if (!ddl.IsWord(index, "CHECK") || !ddl.Is(index + 1, '('))
                continue;
            var closing = ddl.Closing(index + 1);
            checks.Add(ddl.Text[ddl[index + 1].End..ddl[closing].Start].Trim());
            index = closing;
        }

        return checks;
    }

    private List<Column> ReadColumns(string table)
    {
        using var rows = connection.Prepare($"PRAGMA table_xinfo({Connection.Quote(table)})");
        var columns = new List<Column>();
        while (rows.Step())
        {
            var type = rows.Text(2);
            var descriptor = new ColumnDescriptor
            {
                Name = rows.Text(1),
                Type = new ColumnType(ColumnKind.Any),
                EngineType = type.Length == 0 ? null : type,
                Nullable = rows.Integer(3) == 0,
                Default = rows.TextOrNull(4),
            };
            columns.Add(new Column(descriptor, (int)rows.Integer(5), (int)rows.Integer(6), (int)rows.Integer(0)));
        }

        return columns;
    }

    private List<IndexDescriptor> ReadIndexes(string table, out string? keyIndex)
    {
        keyIndex = null;
        var found = new List<(string Name, bool Unique, string Origin)>();
        using (var rows = connection.Prepare($"PRAGMA index_list({Connection.Quote(table)})"))
        {
            while (rows.Step())
                found.Add((rows.Text(1), rows.Integer(2) != 0, rows.Text(3)));
        }

        var indexes = new List<IndexDescriptor>();
        // The list names the newest first.
        for (var i = found.Count - 1; i >= 0; i--)
        {
            if (found[i].Origin == "pk")
                keyIndex = found[i].Name;
            else
                indexes.Add(ReadIndex(found[i].Name, found[i].Unique));
        }

        return indexes;
    }

    private IndexDescriptor ReadIndex(string name, bool unique)
    {
        var columns = ReadIndexColumns(name);
        var ddl = master.FirstOrDefault(row => row.Type == "index" && row.Name == name)?.Sql;
        return new IndexDescriptor
        {
            Name = name,
            Columns = columns.Exists(column => column.Name is null) ? [] : [.. columns.Select(column => column.Name!)],
            Unique = unique,
            Predicate = ddl is null ? null : PredicateOf(ddl),
            Ddl = ddl,
        };
    }

    private static string? PredicateOf(string ddl)
    {
        var text = new SqlText(ddl);
        var where = text.FindOutside(0, "WHERE");
        return where < 0 ? null : ddl[text[where].End..].Trim();
    }

    private List<(int Number, string? Name, bool IsBinary)> ReadIndexColumns(string index)
    {
        using var rows = connection.Prepare($"PRAGMA index_xinfo({Connection.Quote(index)})");
        var columns = new List<(int, string?, bool)>();
        while (rows.Step())
        {
            if (rows.Integer(5) == 0)
                continue;
            var binary = rows.Integer(3) == 0 && rows.Text(4).Equals("BINARY", StringComparison.OrdinalIgnoreCase);
            columns.Add(((int)rows.Integer(1), rows.TextOrNull(2), binary));
        }

        return columns;
    }

    private List<KeyColumn> ReadKey(string index, List<Column> stored) =>
        [.. ReadIndexColumns(index).Select(column =>
            new KeyColumn(stored.FindIndex(other => other.Number == column.Number), column.IsBinary))];

    private List<ForeignKeyDescriptor> ReadForeignKeys(string table)
    {
        var keys = new SortedDictionary<long, ForeignKeyDescriptor>();
        var columns = ReadColumns(table);
        using var rows = connection.Prepare($"PRAGMA foreign_key_list({Connection.Quote(table)})");
        while (rows.Step())
        {
            var id = rows.Integer(0);
            if (!keys.TryGetValue(id, out var key))
            {
                key = new ForeignKeyDescriptor
                {
                    Name = string.Empty,
                    Columns = [],
                    ReferencedSchema = SqliteSchema.SchemaName,
                    ReferencedTable = Spell(rows.Text(2)),
                    OnUpdate = Action(rows.Text(5)),
                    OnDelete = Action(rows.Text(6)),
                };
            }

            var referenced = rows.TextOrNull(4);
            keys[id] = key with
            {
                Columns = [.. key.Columns, Spell(columns, rows.Text(3))],
                ReferencedColumns = referenced is null ? [] : [.. key.ReferencedColumns, referenced],
            };
        }

        foreach (var (id, key) in keys.ToList())
            keys[id] = key with { ReferencedColumns = Referenced(key) };

        // Number 0 is the one declared last; ours count from 1 in the order of the text.
        return [.. keys.Reverse().Select((pair, index) => pair.Value with { Name = ForeignKeyClauses.NameOf(index) })];
    }

    /// <summary>
    /// The columns referred to as their table spells them. A key that may hold NULL is none to other engines: columns
    /// that are left out because they are such a key are named.
    /// </summary>
    private List<string> Referenced(ForeignKeyDescriptor key)
    {
        if (!master.Any(row => row.Type == "table" && row.Name == key.ReferencedTable))
            return [.. key.ReferencedColumns];
        var columns = ReadColumns(key.ReferencedTable);
        if (key.ReferencedColumns.Count > 0)
            return [.. key.ReferencedColumns.Select(name => Spell(columns, name))];
        var primary = columns.Where(column => column.KeyPosition > 0).OrderBy(column => column.KeyPosition).ToList();
        var isRowId = primary is [{ Descriptor.EngineType: { } type }]
            && type.Equals("INTEGER", StringComparison.OrdinalIgnoreCase);
        return isRowId || primary.TrueForAll(column => !column.Descriptor.Nullable)
            ? []
            : [.. primary.Select(column => column.Descriptor.Name)];
    }

    /// <summary>The stored spelling of a table: constraints need not mind the case, other engines do.</summary>
    private string Spell(string table) => master.FirstOrDefault(row => row.Type == "table"
        && AsciiIgnoreCaseComparer.Instance.Equals(row.Name, table))?.Name ?? table;

    private static string Spell(List<Column> columns, string name) => columns.Find(column =>
        AsciiIgnoreCaseComparer.Instance.Equals(column.Descriptor.Name, name))?.Descriptor.Name ?? name;

    /// <summary>What AUTOINCREMENT has counted; other rowids go on after the greatest that is there.</summary>
    private static long CounterOf(Dictionary<string, string> properties) =>
        properties.TryGetValue(SqliteProperties.Sequence, out var text)
            && long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var last) ? last : 0;

    private static string? Action(string action) => action == "NO ACTION" ? null : action;

    private Dictionary<string, string> ReadProperties(string table)
    {
        var properties = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Has("sqlite_sequence"))
        {
            using var rows = connection.Prepare("SELECT seq FROM sqlite_sequence WHERE name = ?1 COLLATE NOCASE");
            rows.BindText(1, table);
            if (rows.Step())
                properties[SqliteProperties.Sequence] = rows.Text(0);
        }

        if (Has("sqlite_stat1"))
        {
            using var rows = connection.Prepare(
                "SELECT ifnull(idx, ''), stat FROM sqlite_stat1 WHERE tbl = ?1 COLLATE NOCASE AND stat IS NOT NULL");
            rows.BindText(1, table);
            while (rows.Step())
                properties[SqliteProperties.Statistics + rows.Text(0)] = rows.Text(1);
        }

        return properties;
    }

    private bool Has(string table) => master.Any(row => row.Type == "table" && row.Name == table);
}
