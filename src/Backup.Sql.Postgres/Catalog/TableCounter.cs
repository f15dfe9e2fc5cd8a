using System.Text;
using Backup.Sql.Catalog;
using Backup.Sql.Postgres.Connections;
using Npgsql;

namespace Backup.Sql.Postgres.Catalog;

/// <summary>Counts the rows of a table, as the connection sees them.</summary>
internal static class TableCounter
{
    /// <summary>Counts; a table that is gone by now has no rows.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="table">The table.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <param name="rows">A query for the rows that are counted; null for those that are there.</param>
    public static async ValueTask<TableStatistics> CountAsync(
        NpgsqlConnection connection, TableDescriptor table, CancellationToken cancellationToken, string? rows = null)
    {
        try
        {
            var oid = ObjectIds.OidOf(table.Id);
            var name = await connection.QueryAsync(
                "SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname), c.relkind = 'p' FROM pg_class c "
                + $"JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = {oid}",
                cancellationToken).ConfigureAwait(false);
            if (name.Count == 0)
                return default;
            var row = (await connection.QueryAsync(
                Query(table, oid, (string)name[0][0]!, (bool)name[0][1]!, rows), cancellationToken).ConfigureAwait(false))[0];
            return new TableStatistics((long)row[0]!, (long)row[1]!, (long)row[2]!);
        }
        catch (Exception failure) when (PostgresErrors.IsDrivers(failure))
        {
            throw PostgresErrors.From($"the rows of table {table.Name} could not be counted", failure);
        }
    }

    /// <summary>The rows of children are rows of the children; those of partitions are the table's.</summary>
    private static string Query(TableDescriptor table, uint oid, string name, bool isPartitioned, string? rows)
    {
        var whole = table.Indexes.Count(index => index.Predicate is null);
        var entries = new StringBuilder().Append("count(*) * ").Append(whole);
        foreach (var index in table.Indexes.Where(index => index.Predicate is not null))
            entries.Append(" + count(*) FILTER (WHERE ").Append(index.Predicate).Append(')');
        var size = isPartitioned
            ? $"(SELECT sum(pg_table_size(relid)) FROM pg_partition_tree({oid}) WHERE isleaf)::bigint"
            : $"pg_table_size({oid})";
        var source = rows is null ? $"{(isPartitioned ? "" : "ONLY ")}{name}" : $"({rows}) AS rows";
        return $"SELECT count(*), {size}, {entries} FROM {source}";
    }
}
