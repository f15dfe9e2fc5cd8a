using System.Globalization;
using Backup.Sql.Postgres.Connections;
using Npgsql;

namespace Backup.Sql.Postgres.Snapshots;

/// <summary>
/// Locks the tables of a database against being rewritten or dropped. A snapshot sees rows, not files: a table that was
/// truncated or rewritten after the snapshot was taken and before it was locked looks empty. So what the snapshot sees
/// of each table is compared with what is there when the locks are held.
/// </summary>
internal static class TableLocks
{
    private const int TablesPerStatement = 200;

    private const string Lockable =
        """
        SELECT c.oid::int8, n.nspname, c.relname, pg_catalog.has_table_privilege(c.oid, 'SELECT') IS NULL
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND n.nspname <> 'information_schema'
          AND n.nspname NOT LIKE 'pg\_%'
          AND coalesce(pg_catalog.has_table_privilege(c.oid, 'SELECT'), true)
          AND coalesce(pg_catalog.has_schema_privilege(n.oid, 'USAGE'), true)
        ORDER BY c.oid
        """;

    private const string Stamps =
        """
        SELECT c.oid::int8, pg_catalog.concat_ws(' ', c.relfilenode, c.xmin, c.relnatts,
          (SELECT pg_catalog.string_agg(a.xmin::text, ' ' ORDER BY a.attnum) FROM pg_catalog.pg_attribute a
           WHERE a.attrelid = c.oid AND a.attnum > 0))
        FROM pg_catalog.pg_class c WHERE c.oid = ANY ($1::oid[])
        """;

    /// <summary>Locks what the transaction's snapshot shows, and compares.</summary>
    /// <param name="leader">The transaction that holds the locks.</param>
    /// <param name="fresh">Another connection to the database, which sees what is there now.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>False when a table was changed in between: another snapshot is needed.</returns>
    public static async ValueTask<bool> TryTakeAsync(
        NpgsqlConnection leader, NpgsqlConnection fresh, CancellationToken cancellationToken)
    {
        var tables = await leader.QueryAsync(Lockable, cancellationToken).ConfigureAwait(false);
        if (tables.Count == 0)
            return true;

        // Of a table that is gone the server does not know who may read it.
        if (tables.Any(table => (bool)table[3]!))
            return false;
        try
        {
            foreach (var some in tables.Chunk(TablesPerStatement))
            {
                var names = some.Select(table => "ONLY " + Quote.Name((string)table[1]!, (string)table[2]!));
                await leader.ExecuteAsync(
                    $"LOCK TABLE {string.Join(", ", names)} IN ACCESS SHARE MODE", cancellationToken)
                    .ConfigureAwait(false);
            }
        }
        catch (PostgresException gone) when (gone.SqlState
            is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName
            or PostgresErrorCodes.WrongObjectType)
        {
            return false;
        }

        var oids = tables.Select(table => (long)table[0]!).ToArray();
        var seen = await StampAsync(leader, oids, cancellationToken).ConfigureAwait(false);
        var now = await StampAsync(fresh, oids, cancellationToken).ConfigureAwait(false);
        return seen.Count == now.Count
            && seen.All(pair => now.GetValueOrDefault(pair.Key) == pair.Value);
    }

    private static async ValueTask<Dictionary<long, string>> StampAsync(
        NpgsqlConnection connection, long[] oids, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync(Stamps, cancellationToken, oids).ConfigureAwait(false);
        return rows.ToDictionary(
            row => Convert.ToInt64(row[0], CultureInfo.InvariantCulture), row => (string)row[1]!);
    }
}
