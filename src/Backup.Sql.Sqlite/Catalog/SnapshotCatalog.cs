using Backup.Sql.Catalog;
using Backup.Sql.Sqlite.Pages;

namespace Backup.Sql.Sqlite.Catalog;

/// <summary>The catalog of the databases of a snapshot.</summary>
internal sealed class SnapshotCatalog(IReadOnlyDictionary<string, DatabaseSnapshot> databases) : ICatalogReader
{
    private readonly Dictionary<(string Database, long Table), TableStatistics> _counted = [];

    public async ValueTask<IReadOnlyList<DatabaseDescriptor>> GetDatabasesAsync(
        CancellationToken cancellationToken = default)
    {
        var found = new List<DatabaseDescriptor>();
        foreach (var database in databases.Values.OrderBy(database => database.Name, AsciiIgnoreCaseComparer.Instance))
            found.Add((await database.ReadSchemaAsync(cancellationToken).ConfigureAwait(false)).Database);
        return found;
    }

    public async ValueTask<IReadOnlyList<ObjectDescriptor>> GetObjectsAsync(
        string database, CancellationToken cancellationToken = default) =>
        (await Find(database).ReadSchemaAsync(cancellationToken).ConfigureAwait(false)).Objects;

    public async ValueTask<TableStatistics> GetStatisticsAsync(
        TableDescriptor table, long? rows = null, CancellationToken cancellationToken = default)
    {
        lock (_counted)
        {
            if (_counted.TryGetValue((table.Database, table.Id), out var known))
                return known;
        }

        var database = Find(table.Database);
        var schema = await database.ReadSchemaAsync(cancellationToken).ConfigureAwait(false);
        var found = schema.Table(table.Id);
        var leaves = 0L;
        foreach (var stored in database.Header.IsReadable ? found.IsVirtual ? found.Shadows : [found] : [])
        {
            await database.UsePagesAsync(reader =>
            {
                leaves += TreeWalker.Measure(reader, database.Name, stored.RootPage, long.MaxValue).Leaves;
                return Task.CompletedTask;
            }).ConfigureAwait(false);
        }

        var statistics = await database.UseLeaderAsync(
            leader => TableCounter.Count(leader, found, leaves * database.Geometry.PageSize), cancellationToken)
            .ConfigureAwait(false);
        lock (_counted)
            _counted[(table.Database, table.Id)] = statistics;
        return statistics;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private DatabaseSnapshot Find(string database) =>
        databases.TryGetValue(database, out var found) ? found : throw SqliteErrors.UnknownDatabase(database);
}
