using Backup.Sql.Catalog;
using Npgsql;

namespace Backup.Sql.Postgres.Catalog;

/// <summary>
/// The catalog of some databases, each read when it is first asked for. Inside a snapshot the connections give what the
/// snapshot sees; else a database is as it was when it was read.
/// </summary>
/// <param name="databases">What statements call the databases.</param>
/// <param name="use">
/// Gives connections, in a transaction of REPEATABLE READ: what is read in one use fits together.
/// </param>
/// <param name="read">Reads a database.</param>
/// <param name="count">Measures a table whose number of rows may be known; null for what is there.</param>
/// <param name="listed">
/// What is known of the databases without a connection to each; null, inside a snapshot, to read all that belongs to
/// them.
/// </param>
internal sealed class PostgresCatalog(
    IReadOnlyCollection<string> databases, UseConnection use,
    Func<NpgsqlConnection, string, CancellationToken, ValueTask<PostgresSchema>> read,
    Func<TableDescriptor, long?, CancellationToken, ValueTask<TableStatistics>>? count = null,
    IReadOnlyList<DatabaseDescriptor>? listed = null) : ICatalogReader
{
    private readonly Dictionary<string, PostgresSchema> _schemas = new(StringComparer.Ordinal);
    private readonly Dictionary<long, TableStatistics> _counted = [];
    private readonly SemaphoreSlim _gate = new(1, 1);

    public async ValueTask<IReadOnlyList<DatabaseDescriptor>> GetDatabasesAsync(
        CancellationToken cancellationToken = default)
    {
        if (listed is not null)
            return listed;
        var found = new List<DatabaseDescriptor>();
        foreach (var database in databases.Order(StringComparer.Ordinal))
            found.Add((await ReadAsync(database, cancellationToken).ConfigureAwait(false)).Database);
        return found;
    }

    public async ValueTask<IReadOnlyList<ObjectDescriptor>> GetObjectsAsync(
        string database, CancellationToken cancellationToken = default) =>
        (await ReadAsync(database, cancellationToken).ConfigureAwait(false)).Objects;

    public async ValueTask<TableStatistics> GetStatisticsAsync(
        TableDescriptor table, long? rows = null, CancellationToken cancellationToken = default)
    {
        if (count is not null)
            return await count(table, rows, cancellationToken).ConfigureAwait(false);
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_counted.TryGetValue(table.Id, out var known))
                return known;
            var counted = default(TableStatistics);
            await use(
                table.Database,
                async connection => counted = await TableCounter.CountAsync(connection, table, rows, cancellationToken)
                    .ConfigureAwait(false),
                cancellationToken).ConfigureAwait(false);
            return _counted[table.Id] = counted;
        }
        finally
        {
            _gate.Release();
        }
    }

    public ValueTask DisposeAsync()
    {
        _gate.Dispose();
        return ValueTask.CompletedTask;
    }

    private async ValueTask<PostgresSchema> ReadAsync(string database, CancellationToken cancellationToken)
    {
        if (!databases.Contains(database, StringComparer.Ordinal))
            throw PostgresErrors.UnknownDatabase(database);
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_schemas.TryGetValue(database, out var known))
                return known;
            PostgresSchema? schema = null;
            await use(
                database,
                async connection => schema = await read(connection, database, cancellationToken).ConfigureAwait(false),
                cancellationToken).ConfigureAwait(false);
            return _schemas[database] = schema!;
        }
        finally
        {
            _gate.Release();
        }
    }
}
