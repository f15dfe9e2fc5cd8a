using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.TestKit.EngineContract;

/// <summary>Clock and catalog.</summary>
internal static class CatalogChecks
{
    public static IReadOnlyList<ConformanceCheck> All { get; } =
    [
        new(nameof(The_clock_never_goes_back), The_clock_never_goes_back),
        new(nameof(The_catalog_shows_what_was_made), The_catalog_shows_what_was_made),
        new(nameof(Objects_come_after_what_they_depend_on), Objects_come_after_what_they_depend_on),
        new(nameof(Statistics_inside_a_snapshot_count_exactly), Statistics_inside_a_snapshot_count_exactly),
        new(nameof(An_unknown_database_is_refused), An_unknown_database_is_refused),
        new(nameof(A_dropped_table_leaves_the_catalog), A_dropped_table_leaves_the_catalog),
    ];

    private static async Task The_clock_never_goes_back(CheckContext context)
    {
        await context.FillAsync(CheckContext.Database, 1, Samples.Accounts).ConfigureAwait(false);
        var last = await context.Engine.GetCurrentTimeAsync(context.Token).ConfigureAwait(false);
        var lastSnapshot = HlcTimestamp.Zero;
        for (var i = 1; i < 20; i++)
        {
            await context.ChangeAsync(CheckContext.Database, Samples.Insert(Samples.Accounts, i)).ConfigureAwait(false);
            var snapshot = await context.SnapshotAsync().ConfigureAwait(false);
            await using (snapshot.ConfigureAwait(false))
            {
                var taken = snapshot.Timestamp;
                Expect.That(
                    taken == taken.ToMicroseconds(), $"The snapshot's time {taken} is not in whole microseconds.");
                Expect.That(taken > lastSnapshot, $"A later snapshot has time {taken}, an earlier one {lastSnapshot}.");
                lastSnapshot = taken;
            }

            var now = await context.Engine.GetCurrentTimeAsync(context.Token).ConfigureAwait(false);
            Expect.That(now >= last, $"The clock went from {last} back to {now}.");
            Expect.That(now >= lastSnapshot, $"The clock says {now} after a snapshot of {lastSnapshot}.");
            last = now;
        }
    }

    private static async Task The_catalog_shows_what_was_made(CheckContext context)
    {
        await context.FillAsync(
            CheckContext.Database, 0, Samples.Accounts, Samples.Bookings, Samples.Notes).ConfigureAwait(false);
        var databases = await context.DatabasesAsync().ConfigureAwait(false);
        Expect.That(databases.Contains(CheckContext.Database), "The catalog does not show the database.");
        Expect.That(
            databases.Order(StringComparer.Ordinal).SequenceEqual(databases), "The databases are not ordered by name.");
        var snapshot = await context.SnapshotAsync().ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        foreach (var sample in new[] { Samples.Accounts, Samples.Bookings, Samples.Notes })
            Compare(
                sample,
                await context.FindAsync(snapshot, sample).ConfigureAwait(false),
                context.Engine.Info.NameComparer);
    }

    private static void Compare(SampleTable sample, TableDescriptor table, StringComparer names)
    {
        Expect.That(table.Schema == "public", $"Table {sample.Name} lies in schema {table.Schema}, not in public.");
        Expect.That(
            sample.Columns.Select(c => c.Name).SequenceEqual(table.Columns.Select(c => c.Name), names),
            $"Table {sample.Name} shows the columns {string.Join(", ", table.Columns.Select(c => c.Name))}.");
        foreach (var (wanted, column) in sample.Columns.Zip(table.Columns))
        {
            Expect.That(
                column.Type.Kind == wanted.Kind || column.Type.Kind == ColumnKind.Any,
                $"Column {wanted.Name} of {sample.Name} is shown as {column.Type.Kind}.");
        }

        Expect.That(
            sample.PrimaryKey.SequenceEqual(table.PrimaryKey, names),
            $"Table {sample.Name} shows another primary key.");
        foreach (var indexed in sample.IndexedColumns)
        {
            Expect.That(
                table.Indexes.Any(index => index.Columns.SequenceEqual([indexed], names)),
                $"The catalog does not show the index on {sample.Name}.{indexed}.");
        }

        Expect.That(
            sample.ReferringColumn is null || table.ForeignKeys.Any(key =>
                key.Columns.SequenceEqual([sample.ReferringColumn], names)
                && names.Equals(key.ReferencedTable, sample.ReferencedTable)),
            $"The catalog does not show the foreign key of {sample.Name}.");
    }

    private static async Task Objects_come_after_what_they_depend_on(CheckContext context)
    {
        await context.FillAsync(CheckContext.Database, 0, Samples.Accounts, Samples.Bookings).ConfigureAwait(false);
        await context.FillAsync("other", 0, Samples.Accounts).ConfigureAwait(false);
        var hasViews = await context.Fixture.TryCreateViewAsync(
            CheckContext.Database, "all_accounts", Samples.Accounts, context.Token).ConfigureAwait(false);
        var catalog = await context.Engine.OpenCatalogAsync(null, context.Token).ConfigureAwait(false);
        await using var _ = catalog.ConfigureAwait(false);
        var ids = new HashSet<long>();
        var viewSeen = false;
        foreach (var database in await catalog.GetDatabasesAsync(context.Token).ConfigureAwait(false))
        {
            var objects = await catalog.GetObjectsAsync(database.Name, context.Token).ConfigureAwait(false);
            var own = objects.Select(o => o.Id).ToHashSet();
            foreach (var descriptor in objects)
            {
                Expect.That(descriptor.Database == database.Name, $"{descriptor.Name} names another database.");
                Expect.That(
                    descriptor.DependsOn.Where(own.Contains).All(ids.Contains),
                    $"{descriptor.Name} comes before something that it depends on.");
                Expect.That(ids.Add(descriptor.Id), $"The id of {descriptor.Name} is not unique in the cluster.");
                viewSeen |= descriptor is ViewDescriptor;
            }
        }

        Expect.That(viewSeen == hasViews, "The catalog does not show the view that the fixture made.");
    }

    private static async Task Statistics_inside_a_snapshot_count_exactly(CheckContext context)
    {
        await context.FillAsync(CheckContext.Database, 123, Samples.Accounts, Samples.Notes).ConfigureAwait(false);
        var snapshot = await context.SnapshotAsync().ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        await context.ChangeAsync(CheckContext.Database, Samples.Delete(Samples.Accounts, 5)).ConfigureAwait(false);
        foreach (var sample in new[] { Samples.Accounts, Samples.Notes })
        {
            var table = await context.FindAsync(snapshot, sample).ConfigureAwait(false);
            var figures = await snapshot.Catalog.GetStatisticsAsync(table, null, context.Token).ConfigureAwait(false);
            Expect.That(figures.Rows == 123, $"{sample.Name} has 123 rows, the statistics say {figures.Rows}.");
            Expect.That(
                figures.IndexEntries == 123 * sample.IndexedColumns.Count,
                $"{sample.Name}: the statistics count {figures.IndexEntries} index entries.");
            Expect.That(figures.Bytes > 0, $"{sample.Name}: the statistics say that rows take no bytes.");
        }
    }

    private static async Task An_unknown_database_is_refused(CheckContext context)
    {
        await Expect.RefusedAsync(
            () => context.SnapshotAsync(null, "nowhere"), SqlStates.UndefinedDatabase).ConfigureAwait(false);
        var catalog = await context.Engine.OpenCatalogAsync(null, context.Token).ConfigureAwait(false);
        await using var _ = catalog.ConfigureAwait(false);
        await Expect.RefusedAsync(
            () => catalog.GetObjectsAsync("nowhere", context.Token).AsTask(),
            SqlStates.UndefinedDatabase).ConfigureAwait(false);
    }

    private static async Task A_dropped_table_leaves_the_catalog(CheckContext context)
    {
        await context.FillAsync(CheckContext.Database, 3, Samples.Accounts, Samples.Notes).ConfigureAwait(false);
        await context.Fixture.DropTableAsync(
            CheckContext.Database, Samples.Accounts, context.Token).ConfigureAwait(false);
        var contents = await context.ReadAsync().ConfigureAwait(false);
        Expect.That(!contents.Tables.ContainsKey("public.accounts"), "A dropped table is still in the catalog.");
        Expect.That(contents.Tables.ContainsKey("public.notes"), "A table left the catalog that nobody dropped.");
    }
}
