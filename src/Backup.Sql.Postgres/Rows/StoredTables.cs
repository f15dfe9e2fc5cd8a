using System.Globalization;
using Backup.Sql.Postgres.Catalog;
using Backup.Sql.Postgres.Connections;
using Npgsql;

namespace Backup.Sql.Postgres.Rows;

/// <summary>Reads how a table is stored, as the transaction's snapshot sees it.</summary>
internal static class StoredTables
{
    private const string Relation =
        """
        SELECT n.nspname, c.relname, c.relkind::text, d.encoding = ANY ('{0,6,8}'::int[])
        FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_catalog.pg_database d ON d.datname = pg_catalog.current_database()
        WHERE c.oid = $1::oid
        """;

    // A domain's values have the form of the type below, however many domains lie between.
    private const string Columns =
        """
        WITH RECURSIVE below AS (
          SELECT a.attnum, a.attname, a.attcollation, a.atttypid, t.oid, t.typtype, t.typbasetype, t.typoutput
          FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
          WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
          UNION ALL
          SELECT b.attnum, b.attname, b.attcollation, b.atttypid, t.oid, t.typtype, t.typbasetype, t.typoutput
          FROM below b JOIN pg_catalog.pg_type t ON t.oid = b.typbasetype WHERE b.typtype = 'd')
        SELECT b.attname, b.oid, pg_catalog.format_type(b.oid, -1), b.oid <> b.atttypid,
          pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(p.proname), b.attnum,
          CASE WHEN b.attcollation = 100
            THEN (SELECT d.datcollate IN ('C', 'POSIX') AND coalesce(pg_catalog.to_jsonb(d)->>'datlocprovider', 'c')
              = 'c'
              FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
            ELSE coalesce((SELECT l.collprovider = 'c' AND l.collcollate IN ('C', 'POSIX')
              FROM pg_catalog.pg_collation l WHERE l.oid = b.attcollation), true) END
        FROM below b
        JOIN pg_catalog.pg_proc p ON p.oid = b.typoutput JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
        WHERE b.typtype <> 'd' ORDER BY b.attnum
        """;

    private const string Key =
        """
        SELECT ARRAY(SELECT k.attnum FROM pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY k(attnum, place)
          WHERE k.place <= i.indnkeyatts ORDER BY k.place)
        FROM pg_catalog.pg_index i
        WHERE i.indrelid = $1::oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
          AND (i.indisprimary OR i.indimmediate)
          AND NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = i.indrelid
            AND a.attnum = ANY (i.indkey::int2[]) AND (NOT a.attnotnull OR a.attgenerated <> ''))
        ORDER BY i.indisprimary DESC, i.indnkeyatts, i.indexrelid LIMIT 1
        """;

    // Foreign tables among the partitions hold their rows elsewhere.
    private const string Heaps =
        """
        WITH RECURSIVE tree AS (
          SELECT c.oid, c.relkind, '{}'::text[] AS path FROM pg_catalog.pg_class c WHERE c.oid = $1::oid
          UNION ALL
          SELECT c.oid, c.relkind, tree.path || (c.relname::text COLLATE pg_catalog."default")
          FROM tree JOIN pg_catalog.pg_inherits i ON i.inhparent = tree.oid
          JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid WHERE tree.relkind = 'p')
        SELECT t.oid, n.nspname, c.relname, t.path, pg_catalog.pg_relation_size(t.oid) / 8192,
          coalesce(pg_catalog.pg_table_size(t.oid), 0), c.reltuples::float8, c.relpages
        FROM tree t JOIN pg_catalog.pg_class c ON c.oid = t.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE t.relkind IN ('r', 'm', 't') ORDER BY t.oid
        """;

    /// <summary>Reads a table.</summary>
    /// <param name="connection">Reads in the snapshot.</param>
    /// <param name="database">What statements call the database.</param>
    /// <param name="table">The table's oid.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The table; null when there is none.</returns>
    public static async ValueTask<StoredTable?> ReadAsync(
        NpgsqlConnection connection, string database, uint table, CancellationToken cancellationToken)
    {
        var oid = (long)table;
        var relations = await connection.QueryAsync(Relation, cancellationToken, oid).ConfigureAwait(false);
        if (relations.Count == 0)
            return null;
        var relation = relations[0];
        var isUnicode = (bool)relation[3]!;
        var columns = await connection.QueryAsync(Columns, cancellationToken, oid).ConfigureAwait(false);
        var numbers = columns.Select(column => Convert.ToInt16(column[5], CultureInfo.InvariantCulture)).ToList();
        var key = await connection.QueryAsync(Key, cancellationToken, oid).ConfigureAwait(false);
        var heaps = await connection.QueryAsync(Heaps, cancellationToken, oid).ConfigureAwait(false);
        return new StoredTable
        {
            FullName = $"{database}.{relation[0]}.{relation[1]}",
            IsPartitioned = (string)relation[2]! == "p",
            Columns = [.. columns.Select(column => Column(column, isUnicode))],
            Key = key.Count == 0 ? [] : [.. ((short[])key[0][0]!).Select(number => numbers.IndexOf(number))],
            Heaps = [.. heaps.Select(Heap)],
        };
    }

    private static StoredColumn Column(object?[] row, bool isUnicode)
    {
        var (name, type) = ((string)row[0]!, (string)row[2]!);
        var oid = Convert.ToUInt32(row[1], CultureInfo.InvariantCulture);
        var form = FieldForms.Of(oid);
        var selected = Quote.Name(name);
        if (form == FieldForm.UserDefined)
        {
            // Not a cast: somebody may have made one that says less.
            var value = (bool)row[3]! ? $"{selected}::{type}" : selected;
            selected = $"pg_catalog.textin({row[4]}({value}))";
        }

        // Blanks at the end of a char(n) do not count for the server.
        var isBinary = isUnicode && (bool)row[6]! && oid != 1042;
        return new StoredColumn(
            name, form, FieldForms.Of(NeutralTypes.ElementOf(oid)), type, selected,
            FieldForms.IsOrderedLikeKeys(form, isBinary));
    }

    private static StoredHeap Heap(object?[] row)
    {
        var blocks = Convert.ToInt64(row[4], CultureInfo.InvariantCulture);
        var counted = Convert.ToInt64(row[7], CultureInfo.InvariantCulture);
        var tuples = (double)row[6]!;

        // What was counted last grows with the table; what was never counted is guessed.
        var rows = counted > 0 && tuples >= 0 ? tuples * blocks / counted : blocks * 60.0;
        return new StoredHeap(
            Convert.ToUInt32(row[0], CultureInfo.InvariantCulture),
            Quote.Name((string)row[1]!, (string)row[2]!),
            (string[])row[3]!,
            blocks,
            Convert.ToInt64(row[5], CultureInfo.InvariantCulture),
            rows);
    }
}
