using Backup.Sql.Catalog;
using Backup.Sql.Postgres.Connections;
using Backup.Sql.Postgres.Rows;
using Backup.Sql.Postgres.Snapshots;
using Npgsql;

namespace Backup.Sql.Postgres.Catalog;

internal sealed class MinimalCatalog(
    PostgresServer server, DatabaseNames names, IReadOnlyDictionary<string, string>? snapshots) : ICatalogReader
{
    public async ValueTask<IReadOnlyList<DatabaseDescriptor>> GetDatabasesAsync(
        CancellationToken cancellationToken = default) =>
        [.. (await names.ListAsync(server, cancellationToken).ConfigureAwait(false)).Select(database =>
            new DatabaseDescriptor
            {
                Id = ObjectIds.OfDatabase(database.Oid),
                Database = database.Name,
                Name = database.Name,
            })];

    public async ValueTask<IReadOnlyList<ObjectDescriptor>> GetObjectsAsync(
        string database, CancellationToken cancellationToken = default)
    {
        var connection = await OpenAsync(database, cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var rows = await connection.QueryAsync(
            """
            SELECT c.oid::int8, n.nspname, c.relname, (SELECT oid::int8 FROM pg_catalog.pg_database
              WHERE datname = current_database()),
              ARRAY(SELECT k.relname::text FROM pg_inherits i JOIN pg_class k ON k.oid = i.inhrelid WHERE i.inhparent = c.oid
                AND c.relkind = 'p' ORDER BY 1)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname NOT LIKE 'pg\_%'
              AND n.nspname <> 'information_schema'
            """, cancellationToken).ConfigureAwait(false);
        var objects = new List<ObjectDescriptor>();
        foreach (var row in rows)
        {
            var table = await StoredTables.ReadAsync(connection, database, (uint)(long)row[0]!, cancellationToken)
                .ConfigureAwait(false);
            objects.Add(new TableDescriptor
            {
                Id = ObjectIds.Of((uint)(long)row[3]!, ObjectClass.Relation, (uint)(long)row[0]!),
                Database = database,
                Schema = (string)row[1]!,
                Name = (string)row[2]!,
                Columns = [.. table!.Columns.Select(column => new ColumnDescriptor
                {
                    Name = column.Name,
                    Type = new ColumnType(ColumnKind.Text),
                })],
                PrimaryKey = [.. table.Key.Select(key => table.Columns[key].Name)],
                Partitions = (string[])row[4]!,
            });
        }

        return objects;
    }

    public async ValueTask<TableStatistics> GetStatisticsAsync(
        TableDescriptor table, CancellationToken cancellationToken = default)
    {
        var connection = await OpenAsync(table.Database, cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var rows = await connection.QueryAsync(
            $"SELECT count(*) FROM {Quote.Name(table.Schema!, table.Name)}", cancellationToken)
            .ConfigureAwait(false);
        return new TableStatistics(table.Id, (long)rows[0][0]!, 0);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private ValueTask<NpgsqlConnection> OpenAsync(string database, CancellationToken cancellationToken) =>
        snapshots is null
            ? server.OpenAsync(names.OnServer(database), cancellationToken)
            : SharedSnapshot.OpenAsync(
                server, names.OnServer(database), snapshots[database], TimeSpan.FromSeconds(2), cancellationToken);
}
