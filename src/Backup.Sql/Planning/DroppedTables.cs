using Backup.Sql.Catalog;
using Backup.Sql.Engines;

namespace Backup.Sql.Planning;

/// <summary>
/// Finds the tables that were dropped inside the window of a layer with revision history: a time before that can be
/// restored, so their rows belong to the layer although the tables are gone at its end.
/// </summary>
internal static class DroppedTables
{
    /// <summary>Finds those of one database.</summary>
    /// <param name="engine">An engine with revision history.</param>
    /// <param name="scope">What the backup covers.</param>
    /// <param name="database">The database.</param>
    /// <param name="parentEnd">Where the window starts; null for all the history that is kept.</param>
    /// <param name="end">Where it ends.</param>
    /// <param name="present">Ids of the tables that are there at the end.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Each table by its last definition.</returns>
    public static async Task<IReadOnlyList<TableDescriptor>> FindAsync(
        IDatabaseEngine engine, BackupScope scope, string database, HlcTimestamp? parentEnd, HlcTimestamp end,
        IReadOnlySet<long> present, CancellationToken cancellationToken)
    {
        var history = (ICatalogHistory)engine;
        var kept = await history.GetHistoryStartAsync(database, cancellationToken).ConfigureAwait(false);
        var start = parentEnd > kept ? parentEnd.Value : kept;
        var changes = await history.GetCatalogChangesAsync(database, start, end, cancellationToken)
            .ConfigureAwait(false);
        var dropped = new Dictionary<long, TableDescriptor>();
        foreach (var time in changes.Count == 0 ? [] : changes.Prepend(start))
        {
            var catalog = await engine.OpenCatalogAsync(time, cancellationToken).ConfigureAwait(false);
            await using var _ = catalog.ConfigureAwait(false);
            var databases = await catalog.GetDatabasesAsync(cancellationToken).ConfigureAwait(false);
            if (!databases.Any(d => d.Name == database))
                continue;
            var objects = await catalog.GetObjectsAsync(database, cancellationToken).ConfigureAwait(false);
            foreach (var table in scope.Select(database, objects).OfType<TableDescriptor>())
            {
                if (table is { ExcludeData: false, KeepsNoHistory: false } && !present.Contains(table.Id))
                    dropped[table.Id] = table;
            }
        }

        return [.. dropped.Values];
    }
}
