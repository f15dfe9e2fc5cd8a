using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;

namespace Backup.Sql.TestKit.EngineContract;

/// <summary>What an engine remembers of restores, for those who go on after a process that died.</summary>
internal static class LedgerChecks
{
    private const string Database = CheckContext.Database;
    private const string Id = "job4711";

    public static IReadOnlyList<ConformanceCheck> All { get; } =
    [
        new(nameof(New_databases_are_remembered_until_forgotten), New_databases_are_remembered_until_forgotten)
        {
            Ability = EngineCapabilities.RestoreLedger,
        },
        new(nameof(Restored_tables_are_remembered_until_forgotten), Restored_tables_are_remembered_until_forgotten)
        {
            Ability = EngineCapabilities.RestoreLedger,
        },
        new(nameof(What_was_not_published_is_not_remembered), What_was_not_published_is_not_remembered)
        {
            Ability = EngineCapabilities.RestoreLedger,
        },
        new(
            nameof(A_restore_begun_again_takes_the_place_of_the_first),
            A_restore_begun_again_takes_the_place_of_the_first)
        {
            Ability = EngineCapabilities.RestoreLedger,
        },
    ];

    private static async Task New_databases_are_remembered_until_forgotten(CheckContext context)
    {
        var (snapshot, before) = await FillAsync(context).ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        var transfer = new Transfer(snapshot, Database, context.Token) { Into = "copy" };
        await RestoreAsync(context, transfer, "copy").ConfigureAwait(false);
        await ExpectRememberedAsync(context, true, "after its publication").ConfigureAwait(false);
        await LedgerOf(context).ForgetAsync(Id, context.Token).ConfigureAwait(false);
        await ExpectRememberedAsync(context, false, "after it was forgotten").ConfigureAwait(false);
        await LedgerOf(context).ForgetAsync(Id, context.Token).ConfigureAwait(false);
        Expect.EqualRows(
            before, await context.ReadAsync(null, "copy").ConfigureAwait(false), "What was restored and forgotten");
    }

    private static async Task Restored_tables_are_remembered_until_forgotten(CheckContext context)
    {
        var (snapshot, _) = await FillAsync(context).ConfigureAwait(false);
        await using var _1 = snapshot.ConfigureAwait(false);
        var transfer = new Transfer(snapshot, Database, context.Token)
        {
            Choose = o => o is TableDescriptor { Name: "accounts" },
            Change = o => o with { Name = "again" },
        };
        await RestoreAsync(context, transfer).ConfigureAwait(false);
        await ExpectRememberedAsync(context, true, "after its publication").ConfigureAwait(false);
        var restored = await context.ReadAsync().ConfigureAwait(false);
        Expect.That(restored.Tables.Count == 3, "A restore that is remembered shows in the catalog.");
        await LedgerOf(context).ForgetAsync(Id, context.Token).ConfigureAwait(false);
        await ExpectRememberedAsync(context, false, "after it was forgotten").ConfigureAwait(false);
        Expect.Equal(restored, await context.ReadAsync().ConfigureAwait(false), "The database after forgetting");
    }

    private static async Task What_was_not_published_is_not_remembered(CheckContext context)
    {
        var (snapshot, _) = await FillAsync(context).ConfigureAwait(false);
        await using var _1 = snapshot.ConfigureAwait(false);
        var transfer = new Transfer(snapshot, Database, context.Token) { Into = "copy" };
        await ExpectRememberedAsync(context, false, "before it began").ConfigureAwait(false);
        var restore = await StageAsync(context, transfer, "copy").ConfigureAwait(false);
        await using (restore.ConfigureAwait(false))
        {
            await context.FillAsync("copy", 2, Samples.Notes).ConfigureAwait(false);
            await Expect.RefusedAsync(
                () => restore.PublishAsync(context.Token).AsTask(), SqlStates.DuplicateDatabase).ConfigureAwait(false);
            await ExpectRememberedAsync(context, false, "after its publication was refused").ConfigureAwait(false);
        }

        await LedgerOf(context).ForgetAsync(Id, context.Token).ConfigureAwait(false);
        await ExpectRememberedAsync(context, false, "after it was given up").ConfigureAwait(false);
    }

    private static async Task A_restore_begun_again_takes_the_place_of_the_first(CheckContext context)
    {
        var (snapshot, before) = await FillAsync(context).ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        var transfer = new Transfer(snapshot, Database, context.Token) { Into = "copy" };
        var first = await StageAsync(context, transfer, "copy").ConfigureAwait(false);
        await using (first.ConfigureAwait(false))
        {
            var second = await StageAsync(context, transfer, "copy").ConfigureAwait(false);
            await using (second.ConfigureAwait(false))
            {
                await Expect.RefusedAsync(
                    () => first.PublishAsync(context.Token).AsTask(),
                    SqlStates.ObjectNotInState, SqlStates.ObjectInUse, SqlStates.IoError).ConfigureAwait(false);
                await first.DisposeAsync().ConfigureAwait(false);
                await ExpectRememberedAsync(context, false, "before its second attempt").ConfigureAwait(false);
                await second.PublishAsync(context.Token).ConfigureAwait(false);
            }
        }

        await ExpectRememberedAsync(context, true, "after its second attempt").ConfigureAwait(false);
        await LedgerOf(context).ForgetAsync(Id, context.Token).ConfigureAwait(false);
        Expect.EqualRows(before, await context.ReadAsync(null, "copy").ConfigureAwait(false), "The second attempt");
    }

    private static IRestoreLedger LedgerOf(CheckContext context) => context.Engine as IRestoreLedger
        ?? throw new ConformanceException("The engine claims RestoreLedger and does not implement IRestoreLedger.");

    private static async Task ExpectRememberedAsync(CheckContext context, bool isRemembered, string when)
    {
        var seen = await LedgerOf(context).IsPublishedAsync(Id, context.Token).ConfigureAwait(false);
        Expect.That(seen == isRemembered, $"A restore is {(seen ? "" : "not ")}said to be published {when}.");
    }

    private static async Task<(IEngineSnapshot Snapshot, EngineContents Before)> FillAsync(CheckContext context)
    {
        await context.FillAsync(Database, 150, Samples.Accounts, Samples.Notes).ConfigureAwait(false);
        return (await context.SnapshotAsync().ConfigureAwait(false), await context.ReadAsync().ConfigureAwait(false));
    }

    private static async Task RestoreAsync(CheckContext context, Transfer transfer, params string[] newDatabases)
    {
        var restore = await StageAsync(context, transfer, newDatabases).ConfigureAwait(false);
        await using var _ = restore.ConfigureAwait(false);
        await restore.PublishAsync(context.Token).ConfigureAwait(false);
    }

    private static async Task<IRestoreTransaction> StageAsync(
        CheckContext context, Transfer transfer, params string[] newDatabases)
    {
        var restore = await context.Engine.BeginRestoreAsync(
            new RestoreRequest { Id = Id, NewDatabases = newDatabases, Remember = true }, context.Token)
                .ConfigureAwait(false);
        await transfer.CreateAsync(context.Engine, restore).ConfigureAwait(false);
        await transfer.IngestAsync(restore).ConfigureAwait(false);
        await restore.CompleteAsync(context.Token).ConfigureAwait(false);
        return restore;
    }
}
