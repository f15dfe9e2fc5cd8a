using System.Globalization;
using System.Text;
using Backup.Sql.Postgres.Connections;

namespace Backup.Sql.Postgres.Rows;

/// <summary>Writes the queries that an export copies out.</summary>
internal static class CopyQuery
{
    /// <summary>
    /// The rows of a table with a key, those between two bounds at least; ascending where that helps.
    /// </summary>
    public static string ByKey(StoredTable table, IReadOnlyList<StoredHeap> heaps, string? from, string? to)
    {
        var sql = new StringBuilder("SELECT ").AppendJoin(", ", table.Columns.Select(column => column.Selected));
        sql.Append(" FROM ").Append(Source(table, heaps));
        if (from is not null || to is not null)
            sql.Append(" WHERE ").AppendJoin(" AND ", new[] { from, to }.Where(bound => bound is not null));
        if (table.IsOrdered)
            sql.Append(" ORDER BY ").Append(table.KeyList(table.Key.Count));
        return sql.ToString();
    }

    /// <summary>The rows of some keys.</summary>
    /// <param name="table">A table with a key.</param>
    /// <param name="keys">The values of each key, as texts.</param>
    public static string ByKeys(StoredTable table, IReadOnlyList<IReadOnlyList<string>> keys)
    {
        var columns = string.Join(", ", table.Columns.Select(column => column.Selected));
        var names = Enumerable.Range(1, table.Key.Count)
            .Select(place => string.Create(CultureInfo.InvariantCulture, $"wanted_{place}")).ToList();
        var matches = table.Key.Zip(names, (ordinal, name) => $"{Quote.Name(table.Columns[ordinal].Name)} = {name}");

        // One constant for each column: a list of rows would be analyzed row by row.
        var arrays = table.Key.Select((ordinal, place) =>
            $"pg_catalog.unnest({Quote.Text(Array(keys.Select(key => key[place])))}::{table.Columns[ordinal].Type}[])");
        return $"SELECT {columns} FROM ROWS FROM ({string.Join(", ", arrays)}) AS wanted ({string.Join(", ", names)}) "
            + $"JOIN {Source(table, table.Heaps)} ON {string.Join(" AND ", matches)}";
    }

    /// <summary>The rows of one heap with their places, in their order.</summary>
    /// <param name="table">The table.</param>
    /// <param name="heap">One of its heaps.</param>
    /// <param name="from">The first place; null for no bound.</param>
    /// <param name="before">The place behind the last; null for no bound.</param>
    public static string ByPlace(StoredTable table, StoredHeap heap, long? from, long? before)
    {
        var columns = table.Columns.Select(column => column.Selected).Prepend("ctid");
        var sql = new StringBuilder("SELECT ").AppendJoin(", ", columns).Append(" FROM ONLY ").Append(heap.Name);
        if (from is not null || before is not null)
            sql.Append(" WHERE ");
        if (from is { } first)
            sql.Append("ctid >= ").Append(Place(first));
        if (from is not null && before is not null)
            sql.Append(" AND ");
        if (before is { } end)
            sql.Append("ctid < ").Append(Place(end));
        return sql.ToString();
    }

    /// <summary>The first columns of the keys of some rows, ascending.</summary>
    public static string Sample(StoredTable table, double percent)
    {
        var keys = table.KeyList(table.OrderedPrefix);
        var sample = string.Create(CultureInfo.InvariantCulture, $" TABLESAMPLE SYSTEM ({percent:F6}) REPEATABLE (1)");
        return $"SELECT {keys} FROM {Source(table, table.Heaps, sample)} ORDER BY {keys}";
    }

    /// <summary>
    /// The heaps as one: never the table above them, for whatever was attached to it meanwhile would come along.
    /// </summary>
    public static string Source(StoredTable table, IReadOnlyList<StoredHeap> heaps, string sample = "")
    {
        if (heaps.Count == 1)
            return $"ONLY {heaps[0].Name}{sample}";
        var columns = string.Join(", ", table.Columns.Select(column => Quote.Name(column.Name)));
        var parts = heaps.Select(heap => $"SELECT {columns} FROM ONLY {heap.Name}{sample}");
        return $"({string.Join(" UNION ALL ", parts)}) AS heaps";
    }

    /// <summary>The text of an array, as the server reads it.</summary>
    private static string Array(IEnumerable<string> values)
    {
        var text = new StringBuilder("{");
        foreach (var value in values)
        {
            if (text.Length > 1)
                text.Append(',');
            text.Append('"').Append(value.Replace("\\", "\\\\", StringComparison.Ordinal)
                .Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"');
        }

        return text.Append('}').ToString();
    }

    private static string Place(long place) =>
        string.Create(CultureInfo.InvariantCulture, $"'({place >> 16},{place & 0xFFFF})'::pg_catalog.tid");
}
