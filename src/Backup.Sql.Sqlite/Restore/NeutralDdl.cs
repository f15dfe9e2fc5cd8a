using System.Text;
using Backup.Sql.Catalog;
using Backup.Sql.Sqlite.Catalog;
using Backup.Sql.Sqlite.Interop;

namespace Backup.Sql.Sqlite.Restore;

/// <summary>Statements for tables of other engines, from their neutral descriptions.</summary>
internal static class NeutralDdl
{
    /// <summary>A table.</summary>
    /// <param name="table">Its description.</param>
    /// <param name="isCounted">True when its key is numbered, and no number given out twice.</param>
    /// <param name="notices">Takes what SQLite has nothing for.</param>
    public static string Table(TableDescriptor table, bool isCounted, List<string> notices)
    {
        var parts = new List<string>();
        var rowId = RowIdColumn(table);
        foreach (var column in table.Columns)
            parts.Add(column.Name == rowId ? RowId(column, isCounted) : Column(table, column, notices));
        if (table.PrimaryKey.Any(table.IsComputed))
            notices.Add($"{table.Name}: its key is left out with a computed column of it");
        else if (rowId is null && table.PrimaryKey.Count > 0)
            parts.Add($"PRIMARY KEY ({Names(table.PrimaryKey)})");
        foreach (var key in table.ForeignKeys)
        {
            if (key.Columns.Any(table.IsComputed))
                notices.Add($"{table.Name}: foreign key {key.Name} is left out with a computed column of it");
            else
                parts.Add(ForeignKey(key));
        }

        if (table.Checks.Count > 0)
            notices.Add($"{table.Name}: check constraints are written in another dialect and were left out");
        foreach (var name in table.Computed ?? [])
            notices.Add($"{table.Name}.{name}: the column is computed in another dialect and was left out");
        if (table.Schema is { } schema and not SqliteSchema.SchemaName)
            notices.Add($"{table.Name}: SQLite has no schemas; it was in schema {schema}");
        return $"CREATE TABLE {Connection.Quote(table.Name)} ({string.Join(", ", parts)})";
    }

    /// <summary>What an index is to be called: names of SQLite's own making are for SQLite alone to give.</summary>
    public static string IndexName(TableDescriptor table, IndexDescriptor index) =>
        index.Name.StartsWith("sqlite_", StringComparison.OrdinalIgnoreCase)
            ? $"{table.Name}_{string.Join('_', index.Columns)}_key"
            : index.Name;

    /// <summary>An index; null when SQLite cannot have it.</summary>
    public static string? Index(TableDescriptor table, IndexDescriptor index, string name, List<string> notices)
    {
        if (index.Columns.Count == 0 || index.Predicate is not null || index.Columns.Any(table.IsComputed))
        {
            notices.Add(
                $"{table.Name}: index {index.Name} is over an expression or a condition in another dialect; left out");
            return null;
        }

        var unique = index.Unique ? "UNIQUE " : string.Empty;
        var place = $"{Connection.Quote(table.Name)} ({Names(index.Columns)})";
        return $"CREATE {unique}INDEX {Connection.Quote(name)} ON {place}";
    }

    /// <summary>The column of the key that becomes the rowid; null for none.</summary>
    public static string? RowIdColumn(TableDescriptor table) =>
        table.PrimaryKey.Count == 1
        && table.Columns.FirstOrDefault(column => column.Name == table.PrimaryKey[0])
            is { Type.Kind: ColumnKind.Integer } key
            ? key.Name
            : null;

    private static string RowId(ColumnDescriptor column, bool isCounted) =>
        $"{Connection.Quote(column.Name)} INTEGER PRIMARY KEY{(isCounted ? " AUTOINCREMENT" : string.Empty)}";

    private static string Column(TableDescriptor table, ColumnDescriptor column, List<string> notices)
    {
        var sql = new StringBuilder(Connection.Quote(column.Name)).Append(TypeName(column.Type.Kind));
        if (!column.Nullable)
            sql.Append(" NOT NULL");
        if (NeutralDefaults.Of(column) is { } value)
            sql.Append(" DEFAULT ").Append(value);
        else if (column.Default is not null)
            notices.Add($"{table.Name}.{column.Name}: the default is written in another dialect and was left out");
        if (IsKeptAsText(column.Type.Kind))
            notices.Add(
                $"{table.Name}.{column.Name}: SQLite has no type for {Words(column.Type.Kind)}; the values are text");
        return sql.ToString();
    }

    private static string ForeignKey(ForeignKeyDescriptor key)
    {
        var sql = new StringBuilder(
            $"FOREIGN KEY ({Names(key.Columns)}) REFERENCES {Connection.Quote(key.ReferencedTable)}");
        if (key.ReferencedColumns.Count > 0)
            sql.Append(" (").Append(Names(key.ReferencedColumns)).Append(')');
        if (key.OnDelete is not null)
            sql.Append(" ON DELETE ").Append(key.OnDelete);
        if (key.OnUpdate is not null)
            sql.Append(" ON UPDATE ").Append(key.OnUpdate);
        return sql.ToString();
    }

    /// <summary>Declared types whose affinity leaves every value as it is.</summary>
    private static string TypeName(ColumnKind kind) => kind switch
    {
        ColumnKind.Any => string.Empty,
        ColumnKind.Boolean => " BOOLEAN",
        ColumnKind.Integer => " INTEGER",
        ColumnKind.Float => " REAL",
        ColumnKind.Bytes => " BLOB",
        _ => " TEXT",
    };

    private static bool IsKeptAsText(ColumnKind kind) => kind is not
        (ColumnKind.Any or ColumnKind.Boolean or ColumnKind.Integer or ColumnKind.Float or ColumnKind.Bytes
            or ColumnKind.Text or ColumnKind.Json);

    private static string Words(ColumnKind kind) => kind switch
    {
        ColumnKind.TimestampTz => "timestamps with a zone",
        ColumnKind.UserDefined => "user-defined types",
        ColumnKind.Uuid => "UUIDs",
        _ => kind.ToString().ToLowerInvariant() + "s",
    };

    private static string Names(IEnumerable<string> names) => string.Join(", ", names.Select(Connection.Quote));
}
