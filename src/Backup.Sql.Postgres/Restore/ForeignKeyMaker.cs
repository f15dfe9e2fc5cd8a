using System.Text;
using Backup.Sql.Catalog;
using Backup.Sql.Postgres.Catalog;
using Backup.Sql.Postgres.Connections;
using Npgsql;

namespace Backup.Sql.Postgres.Restore;

/// <summary>Makes foreign keys when all keys are there, and checks them.</summary>
/// <param name="notices">Takes what was left out.</param>
/// <param name="isTransaction">True when the connections are in transactions that must go on.</param>
internal sealed class ForeignKeyMaker(NoticeList notices, bool isTransaction)
{
    private const int NamedRows = 5;
    private const string Aside = "backupsql_check";

    /// <summary>Makes the foreign keys of a table, without looking at rows where that can be.</summary>
    /// <param name="connection">Where.</param>
    /// <param name="table">The table that refers.</param>
    /// <param name="isChecked">False to leave rows alone.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The names of those that are to be validated.</returns>
    public async ValueTask<IReadOnlyList<ForeignKeyDescriptor>> MakeAsync(
        NpgsqlConnection connection, RestoredTable table, bool isChecked, CancellationToken cancellationToken)
    {
        var open = new List<ForeignKeyDescriptor>();
        foreach (var key in table.Target.ForeignKeys)
        {
            var definition = table.Definition?.Constraints.FirstOrDefault(c => c.Kind == "f" && c.Name == key.Name);
            var name = table.Definition is null ? $"{table.Target.Name}_{string.Join('_', key.Columns)}_fkey" : key.Name;
            if (table.IsPartitioned && !isChecked)
            {
                notices.Add($"{table.FullName}: foreign key {key.Name} was left out: it could only be made by checking it");
                continue;
            }

            var sql = $"ALTER TABLE {table.Place} ADD CONSTRAINT {Quote.Name(name)} {Text(key, table, definition)}"
                + (table.IsPartitioned ? "" : " NOT VALID");
            if (table.IsForeign && isTransaction)
                await connection.RunAsync($"SAVEPOINT {Aside}", cancellationToken).ConfigureAwait(false);
            try
            {
                await connection.RunAsync(sql, cancellationToken).ConfigureAwait(false);
            }
            catch (PostgresException failure) when (table.IsForeign && IsStricter(failure))
            {
                if (isTransaction)
                    await connection.RunAsync($"ROLLBACK TO {Aside}", cancellationToken).ConfigureAwait(false);
                notices.Add($"{table.FullName}: foreign key {key.Name} was left out: {failure.MessageText}");
                continue;
            }
            catch (PostgresException failure) when (failure.SqlState == PostgresErrorCodes.ForeignKeyViolation)
            {
                throw RestoreErrors.ForeignKeyViolated(table.FullName, key.Name, key.ReferencedTable, [
                    $"({string.Join(", ", key.Columns)})"], failure);
            }
            catch (Exception failure) when (PostgresErrors.IsDrivers(failure))
            {
                throw PostgresErrors.From($"foreign key {key.Name} of {table.FullName} could not be made", failure);
            }

            if (definition?.Comment is not null)
            {
                await connection.MakeAsync(
                    $"foreign key {key.Name}",
                    $"COMMENT ON CONSTRAINT {Quote.Name(name)} ON {table.Place} IS {Quote.Text(definition.Comment)}",
                    cancellationToken).ConfigureAwait(false);
            }

            if (!table.IsPartitioned && isChecked && definition?.Validated != false)
                open.Add(key with { Name = name });
        }

        return open;
    }

    /// <summary>
    /// True for what other engines let a foreign key be: over columns of other types, or to columns that are no key.
    /// </summary>
    private static bool IsStricter(PostgresException failure) => failure.SqlState
        is PostgresErrorCodes.DatatypeMismatch or PostgresErrorCodes.InvalidForeignKey
        or PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.DuplicateObject;

    /// <summary>
    /// Foreign keys that neutral terms do not show: those of partitions alone, and those that refer to partitions.
    /// </summary>
    public static IEnumerable<string> ToPartitions(RestoredTable table)
    {
        if (table.Definition is null || table.IsMoved)
            yield break;
        var known = table.Source.ForeignKeys.Select(key => key.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var (place, constraint) in All(table, table.Definition, table.Place)
            .Where(of => of.Constraint.Kind == "f" && !(of.Place == table.Place && known.Contains(of.Constraint.Name))))
            yield return $"ALTER TABLE {place} ADD {TableDdl.Check(constraint)}";
    }

    private static IEnumerable<(string Place, ConstraintDefinition Constraint)> All(
        RestoredTable table, TableDefinition definition, string place) =>
        definition.Constraints.Select(constraint => (place, constraint)).Concat(definition.Partitions.SelectMany(
            part => All(table, part, TableMaker.PlaceOf(table, part))));

    /// <summary>Checks a foreign key that was made without looking at rows.</summary>
    /// <exception cref="Diagnostics.BackupSqlException">23503 rows without the rows that they refer to.</exception>
    public static async ValueTask ValidateAsync(
        NpgsqlConnection connection, RestoredTable table, ForeignKeyDescriptor key, bool isTransaction,
        CancellationToken cancellationToken)
    {
        if (isTransaction)
            await connection.RunAsync($"SAVEPOINT {Aside}", cancellationToken).ConfigureAwait(false);
        try
        {
            await connection.RunAsync(
                $"ALTER TABLE {table.Place} VALIDATE CONSTRAINT {Quote.Name(key.Name)}", cancellationToken)
                .ConfigureAwait(false);
        }
        catch (PostgresException failure) when (failure.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            if (isTransaction)
                await connection.RunAsync($"ROLLBACK TO {Aside}", cancellationToken).ConfigureAwait(false);
            var referenced = Referenced(key, table.Target);
            var rows = await ViolatorsAsync(
                connection, table.Place, key.Columns, referenced, await KeyOfAsync(connection, key, referenced,
                cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            throw RestoreErrors.ForeignKeyViolated(table.FullName, key.Name, key.ReferencedTable, rows, failure);
        }
        catch (Exception failure) when (PostgresErrors.IsDrivers(failure))
        {
            throw PostgresErrors.From($"foreign key {key.Name} of {table.FullName} could not be checked", failure);
        }
    }

    /// <summary>Checks the foreign keys of a table whose rows were replaced, and those that refer to it.</summary>
    public static async ValueTask CheckReplacedAsync(
        NpgsqlConnection connection, RestoredTable table, CancellationToken cancellationToken)
    {
        var keys = await connection.QueryAsync(
            """
            SELECT con.conname::text, con.conrelid::regclass::text, con.confrelid::regclass::text,
                ARRAY(SELECT attname::text FROM unnest(con.conkey) WITH ORDINALITY k(num, ord)
                    JOIN pg_attribute ON attrelid = con.conrelid AND attnum = k.num ORDER BY k.ord),
                ARRAY(SELECT attname::text FROM unnest(con.confkey) WITH ORDINALITY k(num, ord)
                    JOIN pg_attribute ON attrelid = con.confrelid AND attnum = k.num ORDER BY k.ord)
            FROM pg_constraint con WHERE con.contype = 'f' AND con.conparentid = 0 AND con.convalidated
                AND $1::text::regclass IN (con.conrelid, con.confrelid)
            """, cancellationToken, table.Place).ConfigureAwait(false);
        foreach (var key in keys)
        {
            var (from, to) = ((string)key[1]!, (string)key[2]!);
            var rows = await ViolatorsAsync(
                connection, from, (string[])key[3]!, to, (string[])key[4]!, cancellationToken).ConfigureAwait(false);
            if (rows.Count > 0)
                throw RestoreErrors.ForeignKeyViolated(from, (string)key[0]!, to, rows, null);
        }
    }

    private static string Text(ForeignKeyDescriptor key, RestoredTable table, ConstraintDefinition? definition)
    {
        var sql = new StringBuilder(NeutralDdl.ForeignKey(
            key, Referenced(key, table.Target), definition?.MatchFull == true));
        if (definition?.DeleteColumns.Count > 0)
            sql.Append(" (").Append(NeutralDdl.Names(definition.DeleteColumns)).Append(')');
        if (definition?.Deferrable == true)
            sql.Append(definition.Deferred ? " DEFERRABLE INITIALLY DEFERRED" : " DEFERRABLE");
        return sql.ToString();
    }

    private static string Referenced(ForeignKeyDescriptor key, TableDescriptor table) =>
        Quote.Name(key.ReferencedSchema ?? table.Schema ?? NeutralDdl.DefaultSchema, key.ReferencedTable);

    private static async ValueTask<IReadOnlyList<string>> KeyOfAsync(
        NpgsqlConnection connection, ForeignKeyDescriptor key, string referenced, CancellationToken cancellationToken)
    {
        if (key.ReferencedColumns.Count > 0)
            return key.ReferencedColumns;
        var rows = await connection.QueryAsync(
            "SELECT a.attname::text FROM pg_index i, unnest(i.indkey) WITH ORDINALITY k(num, ord) "
            + "JOIN pg_attribute a ON a.attnum = k.num WHERE i.indrelid = $1::text::regclass AND i.indisprimary "
            + "AND a.attrelid = i.indrelid ORDER BY k.ord",
            cancellationToken, referenced).ConfigureAwait(false);
        return [.. rows.Select(row => (string)row[0]!)];
    }

    private static async ValueTask<IReadOnlyList<string>> ViolatorsAsync(
        NpgsqlConnection connection, string from, IReadOnlyList<string> columns, string to,
        IReadOnlyList<string> referenced, CancellationToken cancellationToken)
    {
        var names = columns.Select(column => "f." + Quote.Name(column)).ToList();
        var isSet = string.Join(" AND ", names.Select(name => $"{name} IS NOT NULL"));
        var isEqual = string.Join(
            " AND ", names.Zip(referenced, (name, column) => $"{name} OPERATOR(pg_catalog.=) t.{Quote.Name(column)}"));
        var rows = await connection.QueryAsync(
            $"SELECT concat_ws(', ', {string.Join(", ", names)}) FROM {from} f WHERE {isSet} "
            + $"AND NOT EXISTS (SELECT 1 FROM {to} t WHERE {isEqual}) LIMIT {NamedRows}",
            cancellationToken).ConfigureAwait(false);
        return [.. rows.Select(row => $"({string.Join(", ", columns)}) = ({row[0]})")];
    }
}
