using System.Globalization;
using System.Text;
using Backup.Sql.Catalog;
using Backup.Sql.Postgres.Connections;
using Backup.Sql.Postgres.Rows;
using static Backup.Sql.Postgres.Changes.LogTable;

namespace Backup.Sql.Postgres.Changes;

/// <summary>
/// Writes the queries that put the past together out of what the snapshot sees and the log since. Each row comes behind
/// its time and whether there is one.
/// </summary>
internal static class PastQuery
{
    /// <summary>The rows as they were where the log begins.</summary>
    /// <param name="table">The table.</param>
    /// <param name="log">The table with its log.</param>
    /// <param name="time">The time that they come with.</param>
    public static string State(StoredTable table, string log, HlcTimestamp time)
    {
        var names = Names(table);
        var said = Literal(time);
        var same = string.Join(" AND ", table.KeyNames.Select(key => $"log.{Quote.Name(key)} = now.{Quote.Name(key)}"));
        return $"SELECT NULL::pg_catalog.bytea AS {Key}, {said} AS {Time}, true AS {HasRow}, {names} "
            + $"FROM (SELECT {names} FROM {CopyQuery.Source(table, table.Heaps)}) AS now "
            + $"WHERE NOT EXISTS (SELECT FROM {log} AS log WHERE {same}) "
            + $"UNION ALL SELECT {Key}, {said}, {HasRow}, {names} FROM (SELECT DISTINCT ON ({Key}) * FROM {log} "
            + $"WHERE {IsBefore} ORDER BY {Key}, {Number}) AS first WHERE {HasRow}";
    }

    /// <summary>The rows as they were after each change.</summary>
    /// <param name="table">The table.</param>
    /// <param name="log">The table with its log.</param>
    /// <param name="end">Up to which time.</param>
    /// <param name="newest">Whether only the last change of each key is wanted.</param>
    public static string Versions(StoredTable table, string log, HlcTimestamp end, bool newest) =>
        $"SELECT {Key}, {Time}, {HasRow}, {Names(table)} FROM ("
        + $"SELECT DISTINCT ON ({Key}{(newest ? "" : $", {Time}")}) * FROM {log} WHERE NOT {IsBefore} AND {Time} <= {Literal(end)} "
        + $"ORDER BY {Key}, {Time} DESC, {Number} DESC) AS last";

    /// <summary>What to copy out of such rows.</summary>
    /// <param name="table">The table.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="from">The first key; null for no bound.</param>
    /// <param name="to">The last key; null for no bound.</param>
    public static string Export(StoredTable table, string rows, string? from, string? to)
    {
        var selected = string.Join(", ", table.Columns.Select(column => column.Selected));
        var sql = new StringBuilder($"SELECT {Time}, {HasRow}, {selected} FROM ({rows}) AS versions");
        if (from is not null || to is not null)
            sql.Append(" WHERE ").AppendJoin(" AND ", new[] { from, to }.Where(bound => bound is not null));
        return sql.Append($" ORDER BY {table.KeyList(table.Key.Count)}, {Key}, {Time} DESC").ToString();
    }

    private static string Names(StoredTable table) =>
        string.Join(", ", table.Columns.Select(column => Quote.Name(column.Name)));

    private static string Literal(HlcTimestamp time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.WallTime}::pg_catalog.int8");
}
