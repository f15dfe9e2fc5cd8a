using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.TestKit.Memory;

namespace Backup.Sql.TestKit.EngineContract;

/// <summary>Restores of rows.</summary>
internal static class RestoreChecks
{
    private const string Database = CheckContext.Database;

    public static IReadOnlyList<ConformanceCheck> All { get; } =
    [
        new(nameof(Rows_restore_into_a_new_database), Rows_restore_into_a_new_database),
        new(nameof(Tables_restore_into_a_database_that_is_there), Tables_restore_into_a_database_that_is_there),
        new(nameof(Tables_restore_under_another_name), Tables_restore_under_another_name),
        new(nameof(Rows_of_another_engine_restore), Rows_of_another_engine_restore),
        new(nameof(A_restored_table_takes_new_rows), A_restored_table_takes_new_rows),
        new(
            nameof(An_unpublished_restore_is_invisible_and_leaves_no_trace),
            An_unpublished_restore_is_invisible_and_leaves_no_trace),
        new(nameof(Publication_shows_everything_at_once), Publication_shows_everything_at_once),
        new(nameof(A_taken_database_name_is_refused), A_taken_database_name_is_refused),
        new(nameof(A_taken_table_name_is_refused), A_taken_table_name_is_refused),
        new(nameof(A_name_taken_meanwhile_stops_the_publication), A_name_taken_meanwhile_stops_the_publication),
        new(nameof(Rows_without_the_rows_they_refer_to_are_refused), Rows_without_the_rows_they_refer_to_are_refused),
        new(nameof(A_cancelled_restore_leaves_no_trace), A_cancelled_restore_leaves_no_trace),
    ];

    private static async Task Rows_restore_into_a_new_database(CheckContext context)
    {
        var (before, snapshot) = await FillAndReadAsync(context).ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        var other = await context.StartAnotherAsync().ConfigureAwait(false);
        await new Transfer(snapshot, Database, context.Token)
            .RunAsync(other.Engine, intoNewDatabase: true).ConfigureAwait(false);
        Expect.Equal(before, await other.ReadAsync().ConfigureAwait(false), "The restored database");
        await new Transfer(snapshot, Database, context.Token) { Into = "copy" }
            .RunAsync(context.Engine, intoNewDatabase: true).ConfigureAwait(false);
        Expect.EqualRows(
            before, await context.ReadAsync(null, "copy").ConfigureAwait(false), "The copy beside its source");
        Expect.Equal(
            before, await context.ReadAsync().ConfigureAwait(false), "The source after a copy was restored beside it");
    }

    private static async Task Tables_restore_into_a_database_that_is_there(CheckContext context)
    {
        var (before, snapshot) = await FillAndReadAsync(context).ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        var other = await context.StartAnotherAsync().ConfigureAwait(false);
        await other.FillAsync(
            Database, 4, Samples.Regions with { PartitionColumn = null, Partitions = [] }).ConfigureAwait(false);
        var kept = (await other.ReadAsync().ConfigureAwait(false)).Tables["public.regions"];
        await new Transfer(snapshot, Database, context.Token) { Choose = IsTable("accounts", "bookings") }
            .RunAsync(other.Engine, intoNewDatabase: false).ConfigureAwait(false);

        var after = await other.ReadAsync().ConfigureAwait(false);
        foreach (var name in new[] { "public.accounts", "public.bookings" })
        {
            Expect.That(after.Tables.ContainsKey(name), $"{name} was not restored.");
            Expect.That(
                before.Tables[name].FindDifference(after.Tables[name]) is null,
                $"{name} was restored with other rows.");
            Expect.That(
                before.Objects[$"table {name}"] == after.Objects[$"table {name}"],
                $"{name} was restored with another shape.");
        }

        Expect.That(
            kept.FindDifference(after.Tables["public.regions"]) is null, "A table that was there before has changed.");
    }

    private static async Task Tables_restore_under_another_name(CheckContext context)
    {
        var (before, snapshot) = await FillAndReadAsync(context).ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        await new Transfer(snapshot, Database, context.Token)
        {
            Choose = IsTable("accounts"),
            Change = o => o with { Name = "accounts_of_tuesday" },
        }.RunAsync(context.Engine, intoNewDatabase: false).ConfigureAwait(false);
        var after = await context.ReadAsync().ConfigureAwait(false);
        Expect.That(
            before.Tables["public.accounts"].FindDifference(after.Tables["public.accounts_of_tuesday"]) is null,
            "The renamed table has other rows.");
        Expect.That(
            before.Tables["public.accounts"].FindDifference(after.Tables["public.accounts"]) is null,
            "The table of the old name has changed.");
        var snapshotAfter = await context.SnapshotAsync().ConfigureAwait(false);
        await using var __ = snapshotAfter.ConfigureAwait(false);
        var renamed = await context.FindAsync(
            snapshotAfter, Samples.Accounts with { Name = "accounts_of_tuesday" }).ConfigureAwait(false);
        Expect.That(
            renamed.PrimaryKey.Count == 1 && renamed.Indexes.Count > 0, "The renamed table lost its key or index.");
    }

    private static async Task Rows_of_another_engine_restore(CheckContext context)
    {
        var foreign = new MemoryEngine();
        await using var _ = foreign.ConfigureAwait(false);
        var filler = new ForeignSource(foreign, context.Fixture.MoreKinds);
        filler.Fill(Database);
        var snapshot = await foreign.OpenSnapshotAsync(
            new SnapshotRequest { Databases = [Database] }, context.Token).ConfigureAwait(false);
        await using var __ = snapshot.ConfigureAwait(false);
        await new Transfer(snapshot, Database, context.Token) { SourceEngine = "foreign" }
            .RunAsync(context.Engine, intoNewDatabase: true).ConfigureAwait(false);

        var before = await EngineContents.ReadAsync(snapshot, Database, context.Token).ConfigureAwait(false);
        var after = await context.ReadAsync().ConfigureAwait(false);
        foreach (var (name, table) in before.Tables)
        {
            Expect.That(after.Tables.ContainsKey(name), $"Table {name} of another engine was not restored.");
            var (wanted, seen) = (
                table.ToLines().Order(StringComparer.Ordinal),
                after.Tables[name].ToLines().Order(StringComparer.Ordinal));
            var difference = wanted.Zip(seen).FirstOrDefault(pair => pair.First != pair.Second);
            Expect.That(
                table.Count == after.Tables[name].Count, $"Table {name} of another engine has another number of rows.");
            Expect.That(
                difference.First is null, $"Row {difference.First} of another engine became {difference.Second}.");
        }
    }

    private static async Task A_restored_table_takes_new_rows(CheckContext context)
    {
        var (before, snapshot) = await FillAndReadAsync(context).ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        var other = await context.StartAnotherAsync().ConfigureAwait(false);
        await new Transfer(snapshot, Database, context.Token)
            .RunAsync(other.Engine, intoNewDatabase: true).ConfigureAwait(false);
        await other.ChangeAsync(
            Database,
            Samples.Insert(Samples.Accounts, 5000),
            Samples.Update(Samples.Accounts, 3, 9),
            Samples.Delete(Samples.Bookings, 7),
            Samples.Insert(Samples.Notes, 1)).ConfigureAwait(false);
        var after = await other.ReadAsync().ConfigureAwait(false);
        foreach (var (name, more) in new[] { ("public.accounts", 1), ("public.bookings", -1), ("public.notes", 1) })
        {
            Expect.That(
                after.Tables[name].Count == before.Tables[name].Count + more,
                $"Writes to the restored {name} did not come through.");
        }
    }

    private static async Task An_unpublished_restore_is_invisible_and_leaves_no_trace(CheckContext context)
    {
        var (before, snapshot) = await FillAndReadAsync(context).ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        var databases = await context.DatabasesAsync().ConfigureAwait(false);
        var transfer = new Transfer(snapshot, Database, context.Token) { Into = "copy" };
        var restore = await BeginAsync(context, "copy").ConfigureAwait(false);
        await using (restore.ConfigureAwait(false))
        {
            await transfer.CreateAsync(context.Engine, restore).ConfigureAwait(false);
            await transfer.IngestAsync(restore).ConfigureAwait(false);
            await restore.CompleteAsync(context.Token).ConfigureAwait(false);
            await ExpectUnchangedAsync(context, databases, before, "with a restore under way").ConfigureAwait(false);
        }

        await ExpectUnchangedAsync(context, databases, before, "after a restore was given up").ConfigureAwait(false);
        await transfer.RunAsync(context.Engine, intoNewDatabase: true).ConfigureAwait(false);
        Expect.EqualRows(
            before, await context.ReadAsync(null, "copy").ConfigureAwait(false), "The second attempt at a restore");
    }

    private static async Task Publication_shows_everything_at_once(CheckContext context)
    {
        var (before, snapshot) = await FillAndReadAsync(context).ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        var transfer = new Transfer(snapshot, Database, context.Token) { Into = "copy" };
        var restore = await BeginAsync(context, "copy").ConfigureAwait(false);
        await using var __ = restore.ConfigureAwait(false);
        await transfer.CreateAsync(context.Engine, restore).ConfigureAwait(false);
        await transfer.IngestAsync(restore).ConfigureAwait(false);
        await restore.CompleteAsync(context.Token).ConfigureAwait(false);
        var watcher = Task.Run(() => WatchAsync(context, before), context.Token);
        await restore.PublishAsync(context.Token).ConfigureAwait(false);
        await watcher.ConfigureAwait(false);
        await restore.DisposeAsync().ConfigureAwait(false);
        Expect.EqualRows(
            before,
            await context.ReadAsync(null, "copy").ConfigureAwait(false),
            "A published restore that was disposed");
    }

    /// <summary>Looks until the copy is there; the first look that finds it must find all of it.</summary>
    private static async Task WatchAsync(CheckContext context, EngineContents whole)
    {
        while (!(await context.DatabasesAsync().ConfigureAwait(false)).Contains("copy"))
            await Task.Yield();
        Expect.EqualRows(whole, await context.ReadAsync(null, "copy").ConfigureAwait(false), "The copy at first sight");
    }

    private static async Task A_taken_database_name_is_refused(CheckContext context)
    {
        var (before, snapshot) = await FillAndReadAsync(context).ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        var databases = await context.DatabasesAsync().ConfigureAwait(false);
        await Expect.RefusedAsync(
            () => new Transfer(snapshot, Database, context.Token).RunAsync(context.Engine, intoNewDatabase: true),
            SqlStates.DuplicateDatabase).ConfigureAwait(false);
        await ExpectUnchangedAsync(context, databases, before, "after a refused restore").ConfigureAwait(false);
    }

    private static async Task A_taken_table_name_is_refused(CheckContext context)
    {
        var (before, snapshot) = await FillAndReadAsync(context).ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        var databases = await context.DatabasesAsync().ConfigureAwait(false);
        await Expect.RefusedAsync(
            () => new Transfer(snapshot, Database, context.Token) { Choose = IsTable("accounts") }
                .RunAsync(context.Engine, intoNewDatabase: false),
            SqlStates.DuplicateTable).ConfigureAwait(false);
        await ExpectUnchangedAsync(context, databases, before, "after a refused restore").ConfigureAwait(false);
    }

    private static async Task A_name_taken_meanwhile_stops_the_publication(CheckContext context)
    {
        var (before, snapshot) = await FillAndReadAsync(context).ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        var other = await context.StartAnotherAsync().ConfigureAwait(false);
        var transfer = new Transfer(snapshot, Database, context.Token);
        var restore = await BeginAsync(other, Database).ConfigureAwait(false);
        await using (restore.ConfigureAwait(false))
        {
            await transfer.CreateAsync(other.Engine, restore).ConfigureAwait(false);
            await transfer.IngestAsync(restore).ConfigureAwait(false);
            await restore.CompleteAsync(context.Token).ConfigureAwait(false);
            await other.FillAsync(Database, 2, Samples.Notes).ConfigureAwait(false);
            await Expect.RefusedAsync(
                () => restore.PublishAsync(context.Token).AsTask(), SqlStates.DuplicateDatabase).ConfigureAwait(false);
        }

        var after = await other.ReadAsync().ConfigureAwait(false);
        Expect.That(after.Tables.Count == 1, "A refused publication left tables behind.");
        Expect.That(
            after.Tables["public.notes"].Count == 2,
            "A refused publication changed the rows of whoever took the name.");
        Expect.Equal(before, await context.ReadAsync().ConfigureAwait(false), "The source of a refused restore");
    }

    private static async Task Rows_without_the_rows_they_refer_to_are_refused(CheckContext context)
    {
        var (_, snapshot) = await FillAndReadAsync(context).ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        var other = await context.StartAnotherAsync().ConfigureAwait(false);
        await other.Fixture.CreateDatabaseAsync(Database, context.Token).ConfigureAwait(false);
        var transfer = new Transfer(snapshot, Database, context.Token)
        {
            Choose = IsTable("accounts", "bookings"),
            LeaveOut = (table, row) => table.Name == "accounts" && (long)ValueReader.ReadAll(row.Value)[0]! == -47,
        };
        await Expect.RefusedAsync(
            () => transfer.RunAsync(other.Engine, intoNewDatabase: false),
            SqlStates.ForeignKeyViolation).ConfigureAwait(false);
        Expect.That(
            (await other.ReadAsync().ConfigureAwait(false)).Tables.Count == 0, "A refused restore left tables behind.");
        await transfer.RunAsync(other.Engine, intoNewDatabase: false, skipForeignKeyCheck: true).ConfigureAwait(false);
        Expect.That(
            (await other.ReadAsync().ConfigureAwait(false)).Tables.Count == 2,
            "A restore that skips the check did not come through.");
    }

    private static async Task A_cancelled_restore_leaves_no_trace(CheckContext context)
    {
        var (before, snapshot) = await FillAndReadAsync(context).ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        var databases = await context.DatabasesAsync().ConfigureAwait(false);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(context.Token);
        var transfer = new Transfer(snapshot, Database, cancel.Token)
        {
            Into = "copy",
            LeaveOut = (table, _) =>
            {
                if (table.Name == "bookings")
                    cancel.Cancel();
                return false;
            },
        };
        await Expect.CancelledAsync(
            () => transfer.RunAsync(context.Engine, intoNewDatabase: true)).ConfigureAwait(false);
        await ExpectUnchangedAsync(context, databases, before, "after a cancelled restore").ConfigureAwait(false);
    }

    private static async Task<(EngineContents Before, IEngineSnapshot Snapshot)> FillAndReadAsync(CheckContext context)
    {
        await context.FillAsync(Database, 150, Samples.Accounts, Samples.Bookings, Samples.Notes).ConfigureAwait(false);
        await context.Fixture.TryCreateViewAsync(
            Database, "all_accounts", Samples.Accounts, context.Token).ConfigureAwait(false);
        var snapshot = await context.SnapshotAsync().ConfigureAwait(false);
        return (await EngineContents.ReadAsync(snapshot, Database, context.Token).ConfigureAwait(false), snapshot);
    }

    private static Task<IRestoreTransaction> BeginAsync(CheckContext context, string database) =>
        context.Engine.BeginRestoreAsync(
            new RestoreRequest { Id = "conformance", NewDatabases = [database] }, context.Token).AsTask();

    private static async Task ExpectUnchangedAsync(
        CheckContext context, IReadOnlyList<string> databases, EngineContents before, string when)
    {
        var seen = await context.DatabasesAsync().ConfigureAwait(false);
        Expect.That(databases.SequenceEqual(seen), $"The databases are {string.Join(", ", seen)} {when}.");
        Expect.Equal(before, await context.ReadAsync().ConfigureAwait(false), $"The database {when}");
    }

    private static Func<ObjectDescriptor, bool> IsTable(params string[] names) =>
        o => o is TableDescriptor && names.Contains(o.Name);
}
