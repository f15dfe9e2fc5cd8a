using System.Text.Json;
using Backup.Sql.Catalog;
using Backup.Sql.Postgres.Catalog;
using Backup.Sql.Postgres.Connections;
using Npgsql;

namespace Backup.Sql.Postgres.Changes;

/// <summary>
/// The catalog as marks saw it. What was made, altered or dropped between two marks counts as changed at the second
/// one; a table whose rows cannot be known because of that says so.
/// </summary>
internal static class PastCatalog
{
    private const string Users = "n.nspname NOT LIKE 'pg\\_%' AND n.nspname NOT IN ('information_schema', 'backupsql')";

    /// <summary>
    /// What every statement changes that changes the catalog: the number and the transaction of each of its rows.
    /// </summary>
    private const string Fingerprint =
        $"""
        SELECT md5(string_agg(r.rows, '|' ORDER BY r.catalog)) FROM (
          SELECT 1 AS catalog, string_agg(c.oid || ' ' || c.xmin, ',' ORDER BY c.oid) AS rows
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {Users}
          UNION ALL
          SELECT 2, string_agg(a.attrelid || ' ' || a.attnum || ' ' || a.xmin, ',' ORDER BY a.attrelid, a.attnum)
          FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
          JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {Users} AND a.attnum > 0
          UNION ALL
          SELECT 3, string_agg(d.objoid || ' ' || d.objsubid || ' ' || d.xmin, ',' ORDER BY d.objoid, d.objsubid)
          FROM pg_description d WHERE d.objoid >= 16384
          UNION ALL
          SELECT 4, string_agg(i.inhrelid || ' ' || i.inhseqno || ' ' || i.xmin, ',' ORDER BY i.inhrelid, i.inhseqno)
          FROM pg_inherits i
          UNION ALL
          SELECT 5, string_agg(i.indexrelid || ' ' || i.xmin, ',' ORDER BY i.indexrelid)
          FROM pg_index i WHERE i.indexrelid >= 16384
          UNION ALL
          SELECT 6, string_agg(s.seqrelid || ' ' || s.xmin, ',' ORDER BY s.seqrelid) FROM pg_sequence s
          UNION ALL
          SELECT 7, d.xmin || ' ' || coalesce((
            SELECT string_agg(s.setrole || ' ' || s.xmin, ',' ORDER BY s.setrole)
            FROM pg_db_role_setting s WHERE s.setdatabase = d.oid), '')
          FROM pg_database d WHERE d.datname = current_database()
          UNION ALL
          SELECT 8, string_agg(o.catalog || ' ' || o.oid || ' ' || o.xmin, ',' ORDER BY o.catalog, o.oid) FROM (
            SELECT 1 AS catalog, oid, xmin FROM pg_attrdef
            UNION ALL SELECT 2, oid, xmin FROM pg_constraint
            UNION ALL SELECT 3, oid, xmin FROM pg_proc
            UNION ALL SELECT 4, t.oid, t.xmin FROM pg_type t
              JOIN pg_namespace n ON n.oid = t.typnamespace WHERE {Users}
            UNION ALL SELECT 5, oid, xmin FROM pg_enum
            UNION ALL SELECT 6, oid, xmin FROM pg_trigger
            UNION ALL SELECT 7, oid, xmin FROM pg_rewrite
            UNION ALL SELECT 8, oid, xmin FROM pg_policy
            UNION ALL SELECT 9, n.oid, n.xmin FROM pg_namespace n WHERE {Users}
            UNION ALL SELECT 10, oid, xmin FROM pg_statistic_ext
            UNION ALL SELECT 11, oid, xmin FROM pg_extension
            UNION ALL SELECT 12, oid, xmin FROM pg_default_acl
            UNION ALL SELECT 13, oid, xmin FROM pg_event_trigger
            UNION ALL SELECT 14, oid, xmin FROM pg_collation
            UNION ALL SELECT 15, oid, xmin FROM pg_foreign_server) o WHERE o.oid >= 16384) r
        """;

    /// <summary>A text that is another one when anything in the catalog is.</summary>
    public static async ValueTask<string> FingerprintAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken) =>
        (string)(await connection.QueryAsync(Fingerprint, cancellationToken).ConfigureAwait(false))[0][0]!;

    /// <summary>Writes objects down.</summary>
    public static string Write(IReadOnlyList<ObjectDescriptor> objects) =>
        JsonSerializer.Serialize(objects, HistoryJson.Default.IReadOnlyListObjectDescriptor);

    /// <summary>Reads what a database holds now; where it is tracked, tables without a past say so.</summary>
    /// <param name="connection">The connection, in a transaction.</param>
    /// <param name="database">What statements call the database.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public static async ValueTask<PostgresSchema> ReadNowAsync(
        NpgsqlConnection connection, string database, CancellationToken cancellationToken)
    {
        var now = await SchemaReader.ReadAsync(connection, database, cancellationToken).ConfigureAwait(false);
        if (await HistoryTables.FindAsync(connection, cancellationToken).ConfigureAwait(false) is null)
            return now;
        var without = await Identity.WithoutPastAsync(connection, cancellationToken).ConfigureAwait(false);
        return now with { Objects = [.. now.Objects.Select(o => Flag(o, without.Contains))] };
    }

    /// <summary>Reads what a database held at a time.</summary>
    /// <param name="connection">The connection, in a transaction.</param>
    /// <param name="database">What statements call the database.</param>
    /// <param name="time">The time.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="Diagnostics.BackupSqlException">0A000 it keeps no history; 22008 not of that time.</exception>
    public static async ValueTask<PostgresSchema> ReadAsync(
        NpgsqlConnection connection, string database, HlcTimestamp time, CancellationToken cancellationToken)
    {
        if (await HistoryTables.FindAsync(connection, cancellationToken).ConfigureAwait(false) is null)
            throw PostgresErrors.NoHistory(database);
        if (await HistoryTables.FindMarkAsync(connection, time, cancellationToken).ConfigureAwait(false)
            is not { } mark)
        {
            var oldest = await HistoryTables.FindOldestAsync(connection, cancellationToken).ConfigureAwait(false);
            throw PostgresErrors.TimeGone(database, time, oldest?.Time ?? time);
        }

        var now = await ReadNowAsync(connection, database, cancellationToken).ConfigureAwait(false);
        var then = await ReadKeptAsync(connection, database, mark.Catalog, now, cancellationToken)
            .ConfigureAwait(false);
        var stamps = await Publication.StampAsync(connection, cancellationToken).ConfigureAwait(false);
        var unknown = now.Objects.OfType<TableDescriptor>().Where(table => table.KeepsNoHistory)
            .Select(table => ObjectIds.OidOf(table.Id)).ToHashSet();
        var heaps = await HeapsAsync(connection, cancellationToken).ConfigureAwait(false);
        var objects = then.Objects.Select(o => Flag(o, oid => unknown.Contains(oid)
            || !heaps.Contains(oid) || !heaps[oid].All(heap => IsSame(mark, stamps, heap)))).ToList();

        // One that was made after the mark may have been there; what it held nobody knows.
        var next = await HistoryTables.FindNextMarkAsync(connection, time, cancellationToken).ConfigureAwait(false);
        var later = next is null ? now
            : await ReadKeptAsync(connection, database, next.Catalog, now, cancellationToken).ConfigureAwait(false);
        var known = objects.Select(o => o.Id).ToHashSet();
        objects.AddRange(later.Objects.OfType<TableDescriptor>()
            .Where(table => time > mark.Time && !known.Contains(table.Id))
            .Select(table => table with { KeepsNoHistory = true }));
        return then with { Objects = objects };
    }

    private static bool IsSame(HistoryMark mark, RelationStamps now, uint relation) =>
        now.Whole.Contains(relation) && now.All.TryGetValue(relation, out var stamp)
        && mark.Tables.TryGetValue(relation, out var before) && before == stamp;

    private static ObjectDescriptor Flag(ObjectDescriptor described, Func<uint, bool> isUnknown) =>
        described is TableDescriptor table && isUnknown(ObjectIds.OidOf(table.Id))
            ? table with { KeepsNoHistory = true } : described;

    /// <summary>
    /// Reads a catalog that was kept. Where sequences stood nobody knows: they are where they are now.
    /// </summary>
    private static async ValueTask<PostgresSchema> ReadKeptAsync(
        NpgsqlConnection connection, string database, long catalog, PostgresSchema now,
        CancellationToken cancellationToken)
    {
        var text = await HistoryTables.ReadCatalogAsync(connection, catalog, cancellationToken).ConfigureAwait(false);
        var objects = JsonSerializer.Deserialize(text, HistoryJson.Default.IReadOnlyListObjectDescriptor)!;
        var current = now.Objects.ToDictionary(o => o.Id);
        return new PostgresSchema(
            objects.OfType<DatabaseDescriptor>().Single() with { Database = database, Name = database },
            [.. objects.Where(o => o is not DatabaseDescriptor)
                .Select(o => WithValues(o, current.GetValueOrDefault(o.Id)) with { Database = database })]);
    }

    private static ObjectDescriptor WithValues(ObjectDescriptor then, ObjectDescriptor? now) => (then, now) switch
    {
        (SequenceDescriptor sequence, SequenceDescriptor current) =>
            sequence with { Value = current.Value, IsCalled = current.IsCalled },
        (TableDescriptor table, TableDescriptor current) => WithValues(table, current),
        _ => then,
    };

    private static TableDescriptor WithValues(TableDescriptor then, TableDescriptor now)
    {
        var definition = DefinitionJson.Of<TableDefinition>(then);
        if (!definition.Columns.Any(column => column.Identity is not null))
            return then;
        var values = DefinitionJson.Of<TableDefinition>(now).Columns.Where(column => column.Identity is not null)
            .ToDictionary(column => column.Name, column => column.Identity!, StringComparer.Ordinal);
        var columns = definition.Columns.Select(column =>
            column.Identity is { } identity && values.TryGetValue(column.Name, out var current)
                ? column with { Identity = identity with { Value = current.Value, IsCalled = current.IsCalled } }
                : column);
        return then with { Properties = DefinitionJson.PropertiesOf(definition with { Columns = [.. columns] }) };
    }

    /// <summary>The relations that a table is made of, itself included, by its oid.</summary>
    private static async ValueTask<ILookup<uint, uint>> HeapsAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync(
            """
            SELECT c.oid::int8, coalesce(t.relid::oid, c.oid)::int8
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN LATERAL pg_catalog.pg_partition_tree(CASE c.relkind WHEN 'p' THEN c.oid END) t
              ON t.isleaf OR t.relid = c.oid
            WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND n.nspname NOT LIKE 'pg\_%'
            """,
            cancellationToken).ConfigureAwait(false);
        return rows.ToLookup(row => (uint)(long)row[0]!, row => (uint)(long)row[1]!);
    }
}
