using Backup.Sql.Catalog;
using Backup.Sql.Sqlite.Interop;

namespace Backup.Sql.Sqlite.Catalog;

/// <summary>Counts rows and index entries, which SQLite does without reading rows.</summary>
internal static class TableCounter
{
    public static TableStatistics Count(Connection connection, SqliteTable table, long bytes)
    {
        var counted = table.IsVirtual ? VirtualTables.CountedShadow(table) : table;
        if (counted is null)
            return new TableStatistics(0, bytes, 0);
        var rows = connection.QueryInteger($"SELECT count(*) FROM main.{counted.Quoted}");
        var entries = 0L;
        foreach (var index in table.Descriptor.Indexes)
        {
            entries += index.Predicate is null
                ? rows
                : connection.QueryInteger($"SELECT count(*) FROM main.{table.Quoted} WHERE {index.Predicate}");
        }

        return new TableStatistics(rows, bytes, entries);
    }
}
