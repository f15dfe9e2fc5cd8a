using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.TestKit.Memory;

namespace Backup.Sql.TestKit.EngineContract;

/// <summary>Restores that replace the rows of tables that are there.</summary>
internal static class ReplaceChecks
{
    private const string Database = CheckContext.Database;

    public static IReadOnlyList<ConformanceCheck> All { get; } =
    [
        new(nameof(Rows_are_replaced_at_once), Rows_are_replaced_at_once)
        {
            Ability = EngineCapabilities.ReplaceRows,
            IsRefused = Replacing_rows_is_refused,
        },
        new(nameof(A_replacement_given_up_leaves_the_rows), A_replacement_given_up_leaves_the_rows)
        {
            Ability = EngineCapabilities.ReplaceRows,
        },
        new(
            nameof(A_replacement_is_checked_against_the_rows_that_refer_to_it),
            A_replacement_is_checked_against_the_rows_that_refer_to_it)
        {
            Ability = EngineCapabilities.ReplaceRows,
        },
        new(nameof(A_table_of_another_shape_is_not_replaced), A_table_of_another_shape_is_not_replaced)
        {
            Ability = EngineCapabilities.ReplaceRows,
        },
        new(nameof(Rows_of_one_partition_are_replaced), Rows_of_one_partition_are_replaced)
        {
            Ability = EngineCapabilities.ReplaceRows | EngineCapabilities.Partitions,
        },
    ];

    /// <summary>An engine with one writer may refuse to be read at one point while rows are being replaced.</summary>
    private static async Task<EngineContents?> ReadUnlessLockedAsync(CheckContext context)
    {
        try
        {
            return await context.ReadAsync().ConfigureAwait(false);
        }
        catch (BackupSqlException error) when (error is { SqlState: SqlStates.LockNotAvailable, IsTransient: true })
        {
            return null;
        }
    }

    private static async Task Rows_are_replaced_at_once(CheckContext context)
    {
        var (before, changed, snapshot) = await ChangeAsync(context).ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        var transfer = await OverAsync(context, snapshot, "accounts", "notes").ConfigureAwait(false);
        var restore = await BeginAsync(context).ConfigureAwait(false);
        await using (restore.ConfigureAwait(false))
        {
            await transfer.CreateAsync(context.Engine, restore).ConfigureAwait(false);
            await transfer.IngestAsync(restore).ConfigureAwait(false);
            await restore.CompleteAsync(context.Token).ConfigureAwait(false);
            if (await ReadUnlessLockedAsync(context).ConfigureAwait(false) is { } meanwhile)
                Expect.Equal(changed, meanwhile, "The database before publication");
            await restore.PublishAsync(context.Token).ConfigureAwait(false);
        }

        var after = await context.ReadAsync().ConfigureAwait(false);
        Expect.That(
            before.Tables["public.accounts"].FindDifference(after.Tables["public.accounts"]) is null,
            "The replaced table does not hold the rows that were restored.");
        Expect.That(
            before.Tables["public.notes"].Count == after.Tables["public.notes"].Count,
            "The replaced table without a key has another number of rows.");
        Expect.That(
            changed.Tables["public.bookings"].FindDifference(after.Tables["public.bookings"]) is null,
            "A table that was not restored has changed.");
        Expect.That(
            changed.Objects["table public.accounts"] == after.Objects["table public.accounts"],
            "The replaced table has another shape.");
        await context.ChangeAsync(Database, Samples.Insert(Samples.Accounts, 7000)).ConfigureAwait(false);
        Expect.That(
            (await context.ReadAsync().ConfigureAwait(false)).Tables["public.accounts"].Count
                == before.Tables["public.accounts"].Count + 1,
            "The replaced table takes no new row.");
    }

    private static async Task A_replacement_given_up_leaves_the_rows(CheckContext context)
    {
        var (_, changed, snapshot) = await ChangeAsync(context).ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        var transfer = await OverAsync(context, snapshot, "accounts").ConfigureAwait(false);
        var restore = await BeginAsync(context).ConfigureAwait(false);
        await using (restore.ConfigureAwait(false))
        {
            await transfer.CreateAsync(context.Engine, restore).ConfigureAwait(false);
            await transfer.IngestAsync(restore).ConfigureAwait(false);
            await restore.CompleteAsync(context.Token).ConfigureAwait(false);
        }

        Expect.Equal(changed, await context.ReadAsync().ConfigureAwait(false), "After it was given up, the database");
        await context.ChangeAsync(Database, Samples.Insert(Samples.Accounts, 7000)).ConfigureAwait(false);
    }

    private static async Task A_replacement_is_checked_against_the_rows_that_refer_to_it(CheckContext context)
    {
        var (_, changed, snapshot) = await ChangeAsync(context).ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        var transfer = await OverAsync(
            context, snapshot, (table, row) => (long)ValueReader.ReadAll(row.Value)[0]! == -47, "accounts")
            .ConfigureAwait(false);
        await Expect.RefusedAsync(
            () => transfer.RunAsync(context.Engine, intoNewDatabase: false),
            SqlStates.ForeignKeyViolation).ConfigureAwait(false);
        Expect.Equal(changed, await context.ReadAsync().ConfigureAwait(false), "After a refused one, the database");
    }

    private static async Task A_table_of_another_shape_is_not_replaced(CheckContext context)
    {
        var (_, changed, snapshot) = await ChangeAsync(context).ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        var there = await context.FindAsync(snapshot, Samples.Accounts).ConfigureAwait(false);
        var transfer = new Transfer(snapshot, Database, context.Token)
        {
            Choose = o => o is TableDescriptor && o.Name == "accounts",
            Replace = _ => there with { Columns = [.. there.Columns.Skip(1), there.Columns[0]] },
        };
        await Expect.RefusedAsync(
            () => transfer.RunAsync(context.Engine, intoNewDatabase: false),
            SqlStates.ObjectInUse).ConfigureAwait(false);
        Expect.Equal(changed, await context.ReadAsync().ConfigureAwait(false), "After a refused one, the database");
    }

    private static async Task Rows_of_one_partition_are_replaced(CheckContext context)
    {
        await context.FillAsync(Database, 20, Samples.Regions).ConfigureAwait(false);
        var snapshot = await context.SnapshotAsync().ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);

        // Rows 0 (east) and 1 (west) go; 30 (east) and 31 (west) come.
        await context.ChangeAsync(
            Database,
            Samples.Delete(Samples.Regions, 0), Samples.Delete(Samples.Regions, 1),
            Samples.Insert(Samples.Regions, 30), Samples.Insert(Samples.Regions, 31)).ConfigureAwait(false);
        var there = await context.FindAsync(snapshot, Samples.Regions).ConfigureAwait(false);
        await new Transfer(snapshot, Database, context.Token)
        {
            Choose = o => o is TableDescriptor, Replace = _ => there, Partitions = ["east"],
        }.RunAsync(context.Engine, intoNewDatabase: false).ConfigureAwait(false);
        var lines = (await context.ReadAsync().ConfigureAwait(false)).Tables["public.regions"].ToLines();
        Expect.That(lines.Count == 20, $"After one partition was replaced there are {lines.Count} rows, not 20.");
    }

    private static async Task Replacing_rows_is_refused(CheckContext context)
    {
        var (_, changed, snapshot) = await ChangeAsync(context).ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        var transfer = await OverAsync(context, snapshot, "accounts").ConfigureAwait(false);
        await Expect.RefusedAsync(
            () => transfer.RunAsync(context.Engine, intoNewDatabase: false),
            SqlStates.FeatureNotSupported, SqlStates.UndefinedTable).ConfigureAwait(false);
        Expect.Equal(changed, await context.ReadAsync().ConfigureAwait(false), "After a refused one, the database");
    }

    /// <summary>A database, a snapshot of it, and changes since.</summary>
    private static async Task<(EngineContents Before, EngineContents Changed, IEngineSnapshot Snapshot)> ChangeAsync(
        CheckContext context)
    {
        await context.FillAsync(Database, 150, Samples.Accounts, Samples.Bookings, Samples.Notes).ConfigureAwait(false);
        var snapshot = await context.SnapshotAsync().ConfigureAwait(false);
        var before = await EngineContents.ReadAsync(snapshot, Database, context.Token).ConfigureAwait(false);
        await context.ChangeAsync(
            Database,
            Samples.Update(Samples.Accounts, 3, 9),
            Samples.Delete(Samples.Accounts, 149),
            Samples.Insert(Samples.Accounts, 5000),
            Samples.Insert(Samples.Notes, 1),
            Samples.Delete(Samples.Bookings, 7)).ConfigureAwait(false);
        return (before, await context.ReadAsync().ConfigureAwait(false), snapshot);
    }

    private static Task<Transfer> OverAsync(CheckContext context, IEngineSnapshot snapshot, params string[] tables) =>
        OverAsync(context, snapshot, (_, _) => false, tables);

    private static async Task<Transfer> OverAsync(
        CheckContext context, IEngineSnapshot snapshot, Func<TableDescriptor, CollectedRow, bool> leaveOut,
        params string[] tables)
    {
        var catalog = await context.Engine.OpenCatalogAsync(null, context.Token).ConfigureAwait(false);
        await using var _ = catalog.ConfigureAwait(false);
        var objects = await catalog.GetObjectsAsync(Database, context.Token).ConfigureAwait(false);
        var there = objects.OfType<TableDescriptor>().Where(table => tables.Contains(table.Name)).ToList();
        return new Transfer(snapshot, Database, context.Token)
        {
            Choose = o => o is TableDescriptor && tables.Contains(o.Name),
            Replace = o => there.Single(table => table.Name == o.Name),
            LeaveOut = leaveOut,
        };
    }

    private static Task<IRestoreTransaction> BeginAsync(CheckContext context) =>
        context.Engine.BeginRestoreAsync(new RestoreRequest { Id = "conformance" }, context.Token).AsTask();
}
