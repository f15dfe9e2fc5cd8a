using System.Text;
using Backup.Sql.Catalog;
using Backup.Sql.Sqlite.Interop;

namespace Backup.Sql.Sqlite.Restore;

/// <summary>Statements for tables of other engines, from their neutral descriptions.</summary>
internal static class NeutralDdl
{
    /// <summary>A table.</summary>
    /// <param name="table">Its description.</param>
    /// <param name="notices">Takes what SQLite has nothing for.</param>
    public static string Table(TableDescriptor table, List<string> notices)
    {
        var parts = new List<string>();
        var rowId = RowIdColumn(table);
        foreach (var column in table.Columns)
            parts.Add(Column(table, column, column.Name == rowId, notices));
        if (rowId is null && table.PrimaryKey.Count > 0)
            parts.Add($"PRIMARY KEY ({Names(table.PrimaryKey)})");
        parts.AddRange(table.ForeignKeys.Select(ForeignKey));
        if (table.Checks.Count > 0)
            notices.Add($"{table.Name}: check constraints are written in another dialect and were left out");
        return $"CREATE TABLE {Connection.Quote(table.Name)} ({string.Join(", ", parts)})";
    }

    /// <summary>An index; null when SQLite cannot have it.</summary>
    public static string? Index(TableDescriptor table, IndexDescriptor index, string name, List<string> notices)
    {
        if (index.Columns.Count == 0 || index.Predicate is not null)
        {
            notices.Add(
                $"{table.Name}: index {index.Name} is over an expression or a condition in another dialect; left out");
            return null;
        }

        var unique = index.Unique ? "UNIQUE " : string.Empty;
        var place = $"{Connection.Quote(table.Name)} ({Names(index.Columns)})";
        return $"CREATE {unique}INDEX {Connection.Quote(name)} ON {place}";
    }

    private static string? RowIdColumn(TableDescriptor table) =>
        table.PrimaryKey.Count == 1
        && table.Columns.FirstOrDefault(column => column.Name == table.PrimaryKey[0])
            is { Type.Kind: ColumnKind.Integer } key
            ? key.Name
            : null;

    private static string Column(TableDescriptor table, ColumnDescriptor column, bool isRowId, List<string> notices)
    {
        var sql = new StringBuilder(Connection.Quote(column.Name)).Append(TypeName(column.Type.Kind));
        if (isRowId)
            sql.Append(" PRIMARY KEY");
        else if (!column.Nullable)
            sql.Append(" NOT NULL");
        if (column.Default is not null)
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
