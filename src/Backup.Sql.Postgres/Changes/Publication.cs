using Backup.Sql.Postgres.Connections;
using Npgsql;

namespace Backup.Sql.Postgres.Changes;

/// <summary>
/// Which tables' changes the stream has: those with a primary key that tells their rows apart, and values that stay the
/// same until somebody writes them. A table without one must
/// stay out, for the server refuses its owners' updates and deletes once it is published.
/// </summary>
internal static class Publication
{
    private const string Missing =
        $"""
        {HeldTypes.With}
        SELECT n.nspname, c.relname
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisprimary AND i.indimmediate
        WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND c.relreplident IN ('d', 'f')
          AND n.nspname <> 'information_schema' AND n.nspname <> 'backupsql' AND n.nspname NOT LIKE 'pg\_%'
          AND {HeldTypes.IsLasting}
          AND NOT EXISTS (SELECT FROM pg_catalog.pg_publication_rel r
            JOIN pg_catalog.pg_publication p ON p.oid = r.prpubid WHERE r.prrelid = c.oid AND p.pubname = 'backupsql')
        ORDER BY c.oid
        """;

    /// <summary>
    /// What must be the same at both ends of a window: the membership, the file, the key, the columns; of a partitioned
    /// table which partitions it has. Who rewrites, truncates or alters a table in between changes one of them. A
    /// membership counts from the first snapshot on that began when it was there: before, a transaction may have been
    /// under way of which the stream has not all.
    /// </summary>
    private const string Stamps =
        $"""
        {HeldTypes.With}
        SELECT c.oid::int8, c.relreplident = 'f' AND {Identity.IsBinary}, pg_catalog.concat_ws(' ',
          r.oid, p.xmin, c.relfilenode, c.relreplident, i.indexrelid, i.indkey,
          (SELECT pg_catalog.string_agg(a.xmin::text, ' ' ORDER BY a.attnum) FROM pg_catalog.pg_attribute a
           WHERE a.attrelid = c.oid AND a.attnum > 0),
          {HeldTypes.Labels})
        FROM pg_catalog.pg_publication p JOIN pg_catalog.pg_publication_rel r ON r.prpubid = p.oid
        JOIN pg_catalog.pg_class c ON c.oid = r.prrelid
        JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisprimary AND i.indimmediate
        WHERE p.pubname = 'backupsql' AND p.pubinsert AND p.pubupdate AND p.pubdelete AND p.pubtruncate
          AND c.relkind = 'r' AND c.relpersistence = 'p' AND c.relreplident IN ('d', 'f')
          AND {HeldTypes.IsLasting}
          AND pg_catalog.age(r.xmin) > pg_catalog.age((pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())
            ::text::int8 % 4294967296)::text::xid)
        UNION ALL
        SELECT c.oid::int8, true, (SELECT pg_catalog.string_agg(t.relid::oid::text, ' ' ORDER BY t.relid::oid)
          FROM pg_catalog.pg_partition_tree(c.oid) t)
        FROM pg_catalog.pg_class c WHERE c.relkind = 'p'
        """;

    /// <summary>Makes the publication, with the tables that there are.</summary>
    public static async ValueTask MakeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(
            "DROP PUBLICATION IF EXISTS backupsql; CREATE PUBLICATION backupsql", cancellationToken)
            .ConfigureAwait(false);
        await ExtendAsync(connection, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Adds the tables that came since. Who is writing one has to end first, for the stream will not have what was
    /// written before; where that takes too long the table waits for the next time.
    /// </summary>
    public static async ValueTask ExtendAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        foreach (var table in await connection.QueryAsync(Missing, cancellationToken).ConfigureAwait(false))
        {
            var name = Quote.Name((string)table[0]!, (string)table[1]!);
            try
            {
                var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
                await using var _ = transaction.ConfigureAwait(false);
                await connection.ExecuteAsync(
                    $"LOCK TABLE ONLY {name} IN SHARE ROW EXCLUSIVE MODE; "
                    + $"ALTER PUBLICATION backupsql ADD TABLE ONLY {name}",
                    cancellationToken).ConfigureAwait(false);
                await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (PostgresException refused) when (refused.SqlState
                is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.UndefinedTable
                or PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.DuplicateObject)
            {
                // Its changes are not caught; it is backed up in full meanwhile.
            }
        }
    }

    /// <summary>The stamps of the published relations, by oid, as the connection's transaction sees them.</summary>
    public static async ValueTask<RelationStamps> StampAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync(Stamps, cancellationToken).ConfigureAwait(false);
        return new RelationStamps(
            rows.ToDictionary(row => (uint)(long)row[0]!, row => (string)row[2]!),
            rows.Where(row => (bool)row[1]!).Select(row => (uint)(long)row[0]!).ToHashSet());
    }
}
