using Backup.Sql.Catalog;
using Backup.Sql.Collections;
using Backup.Sql.Engines;

namespace Backup.Sql.Execution;

/// <summary>How the covered objects changed inside a layer's window.</summary>
/// <param name="Start">The layer restores any time after this.</param>
/// <param name="Changes">
/// The changes in order of time. An object that changed at all is there from <paramref name="Start"/> on with the
/// definition that it had then, so that the catalog of any time in the window can be put together.
/// </param>
internal sealed record CatalogHistory(HlcTimestamp Start, IReadOnlyList<SchemaChange> Changes)
{
    public static async Task<CatalogHistory> ReadAsync(
        IDatabaseEngine engine, BackupScope scope, HlcTimestamp? parentEnd, HlcTimestamp end,
        CancellationToken cancellationToken)
    {
        var history = (ICatalogHistory)engine;
        var kept = await StartAsync(history, scope, cancellationToken).ConfigureAwait(false);
        var start = parentEnd > kept ? parentEnd.Value : kept;
        var known = start;
        var changes = new List<SchemaChange>();
        foreach (var database in scope.AllDatabases())
        {
            var times = await history.GetCatalogChangesAsync(database, start, end, cancellationToken)
                .ConfigureAwait(false);
            if (times.Count == 0)
                continue;
            var before = await ObjectsAsync(engine, scope, database, start, cancellationToken).ConfigureAwait(false);
            var initial = new Dictionary<long, ObjectDescriptor>(before);
            var touched = new HashSet<long>();
            foreach (var time in times)
            {
                var now = await ObjectsAsync(engine, scope, database, time, cancellationToken).ConfigureAwait(false);
                foreach (var id in before.Keys.Union(now.Keys))
                {
                    var current = now.GetValueOrDefault(id);
                    if (Same(before.GetValueOrDefault(id), current))
                        continue;

                    // The layer has nothing of its rows: what can be restored starts after it.
                    if (current is null && before[id] is TableDescriptor { KeepsNoHistory: true, ExcludeData: false })
                        known = time > known ? time : known;
                    changes.Add(new SchemaChange(time, id, current, database));
                    touched.Add(id);
                }

                before = now;
            }

            changes.AddRange(touched.Where(initial.ContainsKey).Select(
                id => new SchemaChange(start, id, initial[id], database)));
        }

        return new CatalogHistory(known, [.. changes.OrderBy(change => change.Time)]);
    }

    /// <summary>The earliest time of which all databases are known.</summary>
    private static async Task<HlcTimestamp> StartAsync(
        ICatalogHistory history, BackupScope scope, CancellationToken cancellationToken)
    {
        var latest = HlcTimestamp.Zero;
        foreach (var database in scope.AllDatabases())
        {
            var start = await history.GetHistoryStartAsync(database, cancellationToken).ConfigureAwait(false);
            latest = start > latest ? start : latest;
        }

        return latest;
    }

    private static async Task<Dictionary<long, ObjectDescriptor>> ObjectsAsync(
        IDatabaseEngine engine, BackupScope scope, string database, HlcTimestamp at,
        CancellationToken cancellationToken)
    {
        var catalog = await engine.OpenCatalogAsync(at, cancellationToken).ConfigureAwait(false);
        await using var _ = catalog.ConfigureAwait(false);
        var databases = await catalog.GetDatabasesAsync(cancellationToken).ConfigureAwait(false);
        if (databases.FirstOrDefault(d => d.Name == database) is not { } descriptor)
            return [];
        var objects = await catalog.GetObjectsAsync(database, cancellationToken).ConfigureAwait(false);
        return scope.Select(database, objects).Append(descriptor).ToDictionary(o => o.Id);
    }

    // Descriptors hold lists, which compare by reference; their JSON is what would be stored.
    private static bool Same(ObjectDescriptor? left, ObjectDescriptor? right) =>
        ReferenceEquals(left, right)
        || (left is not null && right is not null && DescriptorJson.Of(left) == DescriptorJson.Of(right));
}
