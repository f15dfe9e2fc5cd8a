using Backup.Sql.Catalog;
using Backup.Sql.Engines;
using Backup.Sql.Postgres.Catalog;
using Backup.Sql.Postgres.Connections;
using Backup.Sql.Postgres.Rows;
using Npgsql;
using static Backup.Sql.Postgres.Catalog.RelationParts;

namespace Backup.Sql.Postgres.Restore;

/// <summary>Makes tables, without what comes after their rows.</summary>
/// <param name="names">What things are called now.</param>
/// <param name="notices">Takes what was left out.</param>
internal sealed class TableMaker(Names names, NoticeList notices)
{
    private const string Below = """
        WITH RECURSIVE below AS (
            SELECT a.attnum, a.attname, t.oid, t.typtype, t.typbasetype FROM pg_attribute a
                JOIN pg_type t ON t.oid = a.atttypid
                WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND NOT a.attisdropped
            UNION ALL
            SELECT b.attnum, b.attname, t.oid, t.typtype, t.typbasetype FROM below b
                JOIN pg_type t ON t.oid = b.typbasetype WHERE b.typtype = 'd')
        SELECT attname::text, oid FROM below WHERE typtype <> 'd' ORDER BY attnum
        """;

    /// <summary>Makes a table.</summary>
    public async ValueTask<RestoredTable> MakeAsync(
        NpgsqlConnection connection, ObjectRestore restore, bool isExact, CancellationToken cancellationToken)
    {
        var definition = isExact ? DefinitionJson.Of<TableDefinition>(restore.Source) : null;
        var table = new RestoredTable(restore, definition);
        if (definition is null)
        {
            var neutral = new NeutralDdl(names.PlaceOf, notices);
            await connection.MakeAsync($"table {table.FullName}", neutral.Table(table.Target), cancellationToken)
                .ConfigureAwait(false);
        }
        else
        {
            await MakeAsync(connection, table, definition, cancellationToken).ConfigureAwait(false);
        }

        table.Columns = await ColumnsAsync(connection, table, cancellationToken).ConfigureAwait(false);
        return table;
    }

    /// <summary>The columns that the rows of a table fill, with their types below all domains.</summary>
    public static async ValueTask<IReadOnlyList<IngestColumn>> ColumnsAsync(
        NpgsqlConnection connection, RestoredTable table, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync(Below, cancellationToken, table.Place).ConfigureAwait(false);
        var types = rows.ToDictionary(row => (string)row[0]!, row => Oid(row[1]), StringComparer.Ordinal);
        return [.. table.Target.Columns.Select(
            column => new IngestColumn(
                column.Name, types.GetValueOrDefault(column.Name),
                table.IsForeign ? DeclaredTypes.Expect(column).Type.Kind : null))];
    }

    private async ValueTask MakeAsync(
        NpgsqlConnection connection, RestoredTable table, TableDefinition definition,
        CancellationToken cancellationToken)
    {
        var keeps = !table.IsMoved
            && await AreFreeAsync(connection, definition, cancellationToken).ConfigureAwait(false);
        var columns = table.Target.Columns.ToDictionary(column => column.Name, StringComparer.Ordinal);
        var sql = TableDdl.Create(
            definition, table.Place,
            [.. definition.Parents.Select(parent => names.PlaceOf(parent.Schema, parent.Name))],
            column => Form(columns.GetValueOrDefault(column.Name), column, keeps));
        await connection.MakeAsync($"table {table.FullName}", sql, cancellationToken).ConfigureAwait(false);
        foreach (var part in definition.Partitions)
            await MakePartAsync(connection, table, part, table.Place, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// A partition is made as a table of its own and attached, for its columns may have another order. Its name is that
    /// of the source where it can be.
    /// </summary>
    private async ValueTask MakePartAsync(
        NpgsqlConnection connection, RestoredTable table, TableDefinition part, string parent,
        CancellationToken cancellationToken)
    {
        var place = PlaceOf(table, part);
        var columns = table.Source.Columns.ToDictionary(column => column.Name, StringComparer.Ordinal);
        var sql = TableDdl.Create(
            part, place, [],
            column => Form(
                columns.GetValueOrDefault(column.Name), column, keepsNames: false, HasOwnDefault(table, part, column)));
        await connection.MakeAsync($"partition {part.Name} of {table.FullName}", sql, cancellationToken)
            .ConfigureAwait(false);
        foreach (var inner in part.Partitions)
            await MakePartAsync(connection, table, inner, place, cancellationToken).ConfigureAwait(false);
        await connection.MakeAsync(
            $"partition {part.Name} of {table.FullName}",
            $"ALTER TABLE ONLY {parent} ATTACH PARTITION {place} {part.PartitionBound}", cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Where a partition is: with a table that moved, it moves.</summary>
    public static string PlaceOf(RestoredTable table, TableDefinition part)
    {
        var schema = part.Schema == table.Source.Schema ? table.Schema : part.Schema;
        var name = table.Source.Name == table.Target.Name
            ? part.Name
            : part.Name.StartsWith(table.Source.Name + "_", StringComparison.Ordinal)
                ? table.Target.Name + part.Name[table.Source.Name.Length..]
                : $"{table.Target.Name}_{part.Name}";
        return Quote.Name(schema, name);
    }

    /// <summary>True for a partition's column whose default is not that of the table.</summary>
    public static bool HasOwnDefault(RestoredTable table, TableDefinition part, ColumnDefinition column) =>
        part.PartitionBound is not null && column is { Generated: false, Default: not null }
        && table.Source.Columns.FirstOrDefault(c => c.Name == column.Name)?.Default != column.Default;

    private ColumnForm Form(
        ColumnDescriptor? column, ColumnDefinition definition, bool keepsNames, bool hasOwnDefault = false)
    {
        var isMoved = column?.Type.TypeId is { } id && names.IsMoved(id);
        var isWanted = definition.Generated || hasOwnDefault || column?.Default is not null;
        if (isMoved && isWanted && !definition.Generated)
            notices.Add($"{definition.Name}: its default is of a type that was renamed and was left out");
        return new ColumnForm(
            names.TypeOf(column, definition), isWanted && !isMoved && !definition.DefaultLater, keepsNames);
    }

    private static async ValueTask<bool> AreFreeAsync(
        NpgsqlConnection connection, TableDefinition definition, CancellationToken cancellationToken)
    {
        foreach (var identity in definition.Columns.Select(column => column.Identity).OfType<IdentityDefinition>())
        {
            var free = await Names.FreeAsync(connection, identity.Schema, identity.Name, cancellationToken)
                .ConfigureAwait(false);
            if (free != identity.Name)
                return false;
        }

        return true;
    }
}
