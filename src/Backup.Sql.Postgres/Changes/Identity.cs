using Backup.Sql.Postgres.Connections;
using Backup.Sql.Postgres.Rows;
using Npgsql;

namespace Backup.Sql.Postgres.Changes;

/// <summary>
/// Has the server write whole rows into its log when they change, by REPLICA IDENTITY FULL: without them nobody knows
/// what a row was before. Where it was set by us is remembered, for it is nothing that the user has asked for.
/// </summary>
internal static class Identity
{
    /// <summary>True for a relation <c>c</c> whose values all have a binary form: the log is read in that.</summary>
    public const string IsBinary =
        """
        NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
          LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
            AND 0 IN (t.typsend::oid, t.typreceive::oid, coalesce(e.typsend::oid, 1), coalesce(e.typreceive::oid, 1)))
        """;

    /// <summary>Whoever has set it back since does not want it.</summary>
    private const string Wanting =
        """
        SELECT n.nspname, c.relname, c.oid::int8
        FROM pg_catalog.pg_publication p JOIN pg_catalog.pg_publication_rel r ON r.prpubid = p.oid
        JOIN pg_catalog.pg_class c ON c.oid = r.prrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE p.pubname = 'backupsql' AND c.relkind = 'r' AND c.relreplident = 'd'
          AND NOT EXISTS (SELECT FROM backupsql.identities i WHERE i.relation = c.oid)
        ORDER BY c.oid
        """;

    private const string Given =
        """
        SELECT n.nspname, c.relname
        FROM backupsql.identities i JOIN pg_catalog.pg_class c ON c.oid = i.relation
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relreplident = 'f' ORDER BY c.oid
        """;

    private const string Table =
        "SELECT pg_catalog.to_regclass('backupsql.identities') IS NOT NULL";

    /// <summary>
    /// The relation's table; whether its rows can be told apart in the log and be whole there; the types of its key.
    /// </summary>
    private const string Relations =
        $"""
        {HeldTypes.With}
        SELECT coalesce(pg_catalog.pg_partition_root(c.oid)::oid, c.oid)::int8,
          c.relkind = 'r' AND c.relpersistence = 'p' AND k.indrelid IS NOT NULL AND {IsBinary} AND {HeldTypes.IsLasting}
            AND (c.relreplident = 'f' OR (c.relreplident = 'd' AND i.relation IS NULL)),
          k.types
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN backupsql.identities i ON i.relation = c.oid
        LEFT JOIN LATERAL (
          SELECT x.indrelid, ARRAY(
            WITH RECURSIVE below AS (
              SELECT t.oid, t.typtype, t.typbasetype FROM pg_catalog.pg_attribute a
              JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
              WHERE a.attrelid = x.indrelid AND a.attnum = ANY ((x.indkey::int2[])[0:x.indnkeyatts - 1])
              UNION ALL
              SELECT t.oid, t.typtype, t.typbasetype FROM below b JOIN pg_catalog.pg_type t ON t.oid = b.typbasetype
              WHERE b.typtype = 'd')
            SELECT oid::int8 FROM below WHERE typtype <> 'd') AS types
          FROM pg_catalog.pg_index x WHERE x.indrelid = c.oid AND x.indisprimary AND x.indimmediate) k ON true
        WHERE c.relkind IN ('r', 'f') AND c.relpersistence <> 't' AND n.nspname NOT LIKE 'pg\_%'
          AND n.nspname NOT IN ('information_schema', 'backupsql')
        """;

    /// <summary>
    /// Sets it where it is not yet. Everybody has to leave the table for a moment; where that takes too long the table
    /// waits for the next time.
    /// </summary>
    public static async ValueTask SetAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        foreach (var table in await connection.QueryAsync(Wanting, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                await connection.ExecuteAsync(
                    $"ALTER TABLE ONLY {Quote.Name((string)table[0]!, (string)table[1]!)} REPLICA IDENTITY FULL; "
                    + $"INSERT INTO backupsql.identities VALUES ({(long)table[2]!}) ON CONFLICT DO NOTHING",
                    cancellationToken).ConfigureAwait(false);
            }
            catch (PostgresException refused) when (refused.SqlState
                is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.UndefinedTable
                or PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.DeadlockDetected)
            {
                // The keys that change are caught all the same; the table has no past meanwhile.
            }
        }
    }

    /// <summary>Puts back what it was.</summary>
    public static async ValueTask ResetAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (!await IsThereAsync(connection, cancellationToken).ConfigureAwait(false))
            return;
        foreach (var table in await connection.QueryAsync(Given, cancellationToken).ConfigureAwait(false))
        {
            await connection.ExecuteAsync(
                $"ALTER TABLE ONLY {Quote.Name((string)table[0]!, (string)table[1]!)} REPLICA IDENTITY DEFAULT",
                cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The relations of which it was set by us: to their user they have the default.</summary>
    public static async ValueTask<IReadOnlySet<uint>> GivenAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (!await IsThereAsync(connection, cancellationToken).ConfigureAwait(false))
            return new HashSet<uint>();
        var rows = await connection.QueryAsync("SELECT relation::int8 FROM backupsql.identities", cancellationToken)
            .ConfigureAwait(false);
        return rows.Select(row => (uint)(long)row[0]!).ToHashSet();
    }

    /// <summary>The tables of a tracked database whose past cannot be known, by oid.</summary>
    public static async ValueTask<IReadOnlySet<uint>> WithoutPastAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync(Relations, cancellationToken).ConfigureAwait(false);
        return rows.Where(row => !(bool)row[1]! || !((long[])row[2]!).All(CanFind))
            .Select(row => (uint)(long)row[0]!).ToHashSet();
    }

    private static bool CanFind(long type) => FieldForms.Of((uint)type)
        is not (FieldForm.UserDefined or FieldForm.Json or FieldForm.Jsonb or FieldForm.Array);

    private static async ValueTask<bool> IsThereAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync(Table, cancellationToken).ConfigureAwait(false);
        return (bool)rows[0][0]!;
    }
}
