using Backup.Sql.Catalog;
using Backup.Sql.Postgres.Catalog;
using Backup.Sql.Postgres.Connections;
using Npgsql;

namespace Backup.Sql.Postgres.Restore;

/// <summary>
/// Makes keys, unique and exclusion constraints and indexes when the rows are in. Those of partitions become parts of
/// those of the table, under the names that they had.
/// </summary>
/// <param name="names">What things are called now.</param>
/// <param name="notices">Takes what was left out or renamed.</param>
internal sealed class IndexMaker(Names names, NoticeList notices)
{
    private sealed record Work(TableDefinition Table, string Schema, string Place, bool IsPart);

    private readonly Dictionary<(string, string), string> _made = [];

    /// <summary>Makes all indexes of a table.</summary>
    public async ValueTask MakeAsync(
        NpgsqlConnection connection, RestoredTable table, CancellationToken cancellationToken)
    {
        if (table.Definition is { } definition)
        {
            await TreeAsync(connection, table, new Work(definition, table.Schema, table.Place, false),
                cancellationToken)
                .ConfigureAwait(false);
            return;
        }

        foreach (var index in table.Target.Indexes)
        {
            var wanted = NeutralDdl.IndexName(table.Target, index);
            var name = await FreeAsync(connection, table.Schema, wanted, table.FullName, cancellationToken)
                .ConfigureAwait(false);
            if (new NeutralDdl(names.PlaceOf, notices).Index(table.Target, index, name) is { } sql)
                await connection.MakeAsync($"index {index.Name}", sql, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Makes the indexes of a materialized view.</summary>
    public async ValueTask MakeAsync(
        NpgsqlConnection connection, ViewDescriptor view, ViewDefinition definition,
        CancellationToken cancellationToken)
    {
        var schema = view.Schema ?? NeutralDdl.DefaultSchema;
        foreach (var index in definition.Indexes)
            await IndexAsync(connection, index, schema, Names.Place(view), "", cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask TreeAsync(
        NpgsqlConnection connection, RestoredTable table, Work work, CancellationToken cancellationToken)
    {
        var only = work.Table.PartitionKey is null ? "" : "ONLY ";
        foreach (var constraint in work.Table.Constraints.Where(constraint => constraint.Kind is "p" or "u" or "x"))
            await ConstraintAsync(connection, constraint, work, only, cancellationToken).ConfigureAwait(false);
        foreach (var index in work.Table.Indexes)
            await IndexAsync(connection, index, work.Schema, work.Place, only, cancellationToken).ConfigureAwait(false);
        foreach (var part in work.Table.Partitions)
        {
            var schema = part.Schema == table.Source.Schema ? table.Schema : part.Schema;
            var inner = new Work(part, schema, TableMaker.PlaceOf(table, part), true);
            await TreeAsync(connection, table, inner, cancellationToken).ConfigureAwait(false);
            foreach (var (own, parent) in Attachments(part, work.Table))
            {
                await connection.MakeAsync(
                    $"index {own.Name}",
                    $"ALTER INDEX {Made(work.Table.Schema, parent)} ATTACH PARTITION {Made(own.Schema, own.Name)}",
                    cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static IEnumerable<((string Schema, string Name) Own, string Parent)> Attachments(
        TableDefinition part, TableDefinition parent) =>
        part.Constraints.Where(c => c.ParentIndex is not null).Select(c => ((part.Schema, c.Name), c.ParentIndex!.Name))
            .Concat(part.Indexes.Where(i => i.ParentIndex is not null)
                .Select(i => ((part.Schema, i.Name), i.ParentIndex!.Name)));

    private async ValueTask ConstraintAsync(
        NpgsqlConnection connection, ConstraintDefinition constraint, Work work, string only,
        CancellationToken cancellationToken)
    {
        var name = await FreeAsync(connection, work.Schema, constraint.Name, work.Place, cancellationToken)
            .ConfigureAwait(false);
        await connection.MakeAsync(
            $"constraint {constraint.Name} of {work.Place}",
            $"ALTER TABLE {only}{work.Place} ADD CONSTRAINT {Quote.Name(name)} {constraint.Definition}",
            cancellationToken).ConfigureAwait(false);
        var index = Quote.Name(work.Schema, name);
        Remember(work.Table.Schema, constraint.Name, index);
        if (constraint.Options.Count > 0)
        {
            var options = string.Join(", ", constraint.Options.Select(o => TableDdl.Option(name, o)));
            await connection.MakeAsync(
                $"constraint {name}", $"ALTER INDEX {index} SET ({options})", cancellationToken).ConfigureAwait(false);
        }

        await MarkAsync(connection, work.Place, name, constraint.Clustered, constraint.ReplicaIdentity,
            cancellationToken)
            .ConfigureAwait(false);
    }

    private async ValueTask IndexAsync(
        NpgsqlConnection connection, IndexDefinition index, string schema, string place, string only,
        CancellationToken cancellationToken)
    {
        var name = await FreeAsync(connection, schema, index.Name, place, cancellationToken).ConfigureAwait(false);
        await connection.MakeAsync(
            $"index {index.Name}", ObjectDdl.Index(index, name, only + place), cancellationToken).ConfigureAwait(false);
        var made = Quote.Name(schema, name);
        Remember(schema, index.Name, made);
        foreach (var target in index.StatisticsTargets)
        {
            var parts = target.Split('=');
            if (parts.Length != 2 || !parts.All(part => part.All(char.IsAsciiDigit)))
                throw RestoreErrors.NotADefinition(index.Name, null);
            await connection.MakeAsync(
                $"index {name}", $"ALTER INDEX {made} ALTER COLUMN {parts[0]} SET STATISTICS {parts[1]}",
                cancellationToken).ConfigureAwait(false);
        }

        if (index.Comment is not null)
        {
            await connection.MakeAsync(
                $"index {name}", $"COMMENT ON INDEX {made} IS {Quote.Text(index.Comment)}", cancellationToken)
                .ConfigureAwait(false);
        }

        await MarkAsync(connection, place, name, index.Clustered, index.ReplicaIdentity, cancellationToken)
            .ConfigureAwait(false);
    }

    private static async ValueTask MarkAsync(
        NpgsqlConnection connection, string place, string name, bool isClustered, bool isIdentity,
        CancellationToken cancellationToken)
    {
        if (isClustered)
        {
            await connection.MakeAsync(
                $"index {name}", $"ALTER TABLE {place} CLUSTER ON {Quote.Name(name)}", cancellationToken)
                .ConfigureAwait(false);
        }

        if (isIdentity)
        {
            await connection.MakeAsync(
                $"index {name}", $"ALTER TABLE {place} REPLICA IDENTITY USING INDEX {Quote.Name(name)}",
                cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<string> FreeAsync(
        NpgsqlConnection connection, string schema, string wanted, string table, CancellationToken cancellationToken)
    {
        var name = await Names.FreeAsync(connection, schema, wanted, cancellationToken).ConfigureAwait(false);
        if (name != wanted)
            notices.Add($"{table}: index {wanted} is now {name}, because the name was taken");

        return name;
    }

    private void Remember(string schema, string name, string made)
    {
        lock (_made)
            _made[(schema, name)] = made;
    }

    private string Made(string schema, string name)
    {
        lock (_made)
            return _made.GetValueOrDefault((schema, name), Quote.Name(schema, name));
    }
}
