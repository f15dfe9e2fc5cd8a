using Backup.Sql.Catalog;
using Backup.Sql.Postgres.Catalog;
using Backup.Sql.Postgres.Connections;
using Npgsql;

namespace Backup.Sql.Postgres.Restore;

/// <summary>
/// Empties a table that is there, inside the restore's transaction: readers see the old rows until it commits, writers
/// wait.
/// </summary>
internal static class RowReplacement
{
    public static async ValueTask EmptyAsync(
        NpgsqlConnection connection, RestoredTable table, CancellationToken cancellationToken)
    {
        try
        {
            await connection.RunAsync($"LOCK TABLE {table.Place} IN EXCLUSIVE MODE", cancellationToken)
                .ConfigureAwait(false);
        }
        catch (PostgresException failure) when (failure.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            throw RestoreErrors.TableChanged(table.FullName);
        }

        var schema = await SchemaReader.ReadAsync(connection, table.Target.Database, cancellationToken)
            .ConfigureAwait(false);
        var there = schema.Objects.OfType<TableDescriptor>()
            .FirstOrDefault(other => other.Schema == table.Schema && other.Name == table.Target.Name);
        if (there is null || !HasShape(there, table.Target))
            throw RestoreErrors.TableChanged(table.FullName);
        await SilenceTriggersAsync(connection, cancellationToken).ConfigureAwait(false);
        foreach (var place in Places(there, table))
        {
            await connection.MakeAsync($"room in {table.FullName}", $"DELETE FROM {place}", cancellationToken)
                .ConfigureAwait(false);
        }
    }

    /// <summary>A partitioned table is emptied as a whole or by the partitions asked for; children stay.</summary>
    private static IEnumerable<string> Places(TableDescriptor there, RestoredTable table)
    {
        var definition = DefinitionJson.Of<TableDefinition>(there);
        if (table.Partitions.Count == 0)
            return [definition.PartitionKey is null ? $"ONLY {table.Place}" : table.Place];
        var parts = All(definition).ToLookup(part => part.Name, StringComparer.Ordinal);
        return table.Partitions.Select(name => parts[name].FirstOrDefault() is { } part
            ? Quote.Name(part.Schema, part.Name)
            : throw RestoreErrors.TableChanged(table.FullName));
    }

    private static IEnumerable<TableDefinition> All(TableDefinition table) =>
        table.Partitions.SelectMany(part => All(part).Prepend(part));

    private static async ValueTask SilenceTriggersAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            await connection.RunAsync("SET LOCAL session_replication_role = replica", cancellationToken)
                .ConfigureAwait(false);
        }
        catch (PostgresException failure) when (failure.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw RestoreErrors.CannotSilenceTriggers(failure);
        }
    }

    private static bool HasShape(TableDescriptor table, TableDescriptor expected) =>
        table.Columns.Select(column => (column.Name, column.Type.Kind, column.EngineType, column.Nullable))
            .SequenceEqual(expected.Columns.Select(
                column => (column.Name, column.Type.Kind, column.EngineType, column.Nullable)))
        && table.PrimaryKey.SequenceEqual(expected.PrimaryKey, StringComparer.Ordinal);
}
