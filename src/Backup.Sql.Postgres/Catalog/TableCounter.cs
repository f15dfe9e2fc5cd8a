using System.Globalization;
using System.Text;
using Backup.Sql.Catalog;
using Backup.Sql.Postgres.Connections;
using Npgsql;

namespace Backup.Sql.Postgres.Catalog;

/// <summary>Measures a table, as the connection sees it.</summary>
internal static class TableCounter
{
    /// <summary>Counts its rows where they are not known; a table that is gone by now has none.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="table">The table.</param>
    /// <param name="rows">How many there are; null when that is not known.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <param name="query">Gives the rows that are counted; null for those that are there.</param>
    public static async ValueTask<TableStatistics> CountAsync(
        NpgsqlConnection connection, TableDescriptor table, long? rows, CancellationToken cancellationToken,
        string? query = null)
    {
        try
        {
            // An export may have turned it off.
            await connection.ExecuteAsync("SET enable_seqscan = on", cancellationToken).ConfigureAwait(false);
            var oid = ObjectIds.OidOf(table.Id);
            var name = await connection.QueryAsync(
                "SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname), c.relkind = 'p' FROM pg_class c "
                + $"JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = {oid}",
                cancellationToken).ConfigureAwait(false);
            if (name.Count == 0)
                return default;
            var row = (await connection.QueryAsync(
                Query(table, rows, oid, (string)name[0][0]!, (bool)name[0][1]!, query), cancellationToken)
                .ConfigureAwait(false))[0];
            return new TableStatistics((long)row[0]!, (long)row[1]!, (long)row[2]!);
        }
        catch (Exception failure) when (PostgresErrors.IsDrivers(failure))
        {
            throw PostgresErrors.From($"the rows of table {table.Name} could not be counted", failure);
        }
    }

    /// <summary>The rows of children are rows of the children; those of partitions are the table's.</summary>
    private static string Query(
        TableDescriptor table, long? rows, uint oid, string name, bool isPartitioned, string? query)
    {
        var size = isPartitioned
            ? $"(SELECT sum(pg_table_size(relid)) FROM pg_partition_tree({oid}) WHERE isleaf)::bigint"
            : $"pg_table_size({oid})";
        var partial = table.Indexes.Where(index => index.Predicate is not null).ToList();
        var whole = table.Indexes.Count - partial.Count;
        if (rows is { } known && partial.Count == 0)
            return string.Create(CultureInfo.InvariantCulture, $"SELECT {known}::bigint, {size}, {known * whole}::bigint");
        var entries = new StringBuilder().Append("count(*) * ").Append(whole);
        foreach (var index in partial)
            entries.Append(" + count(*) FILTER (WHERE ").Append(index.Predicate).Append(')');
        var source = query is null ? $"{(isPartitioned ? "" : "ONLY ")}{name}" : $"({query}) AS rows";
        return $"SELECT count(*), {size}, {entries} FROM {source}";
    }
}
