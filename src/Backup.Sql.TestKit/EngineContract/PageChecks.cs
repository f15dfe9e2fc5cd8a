using System.Buffers.Binary;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Rows;

namespace Backup.Sql.TestKit.EngineContract;

/// <summary>Page spaces.</summary>
internal static class PageChecks
{
    private const string Database = CheckContext.Database;

    public static IReadOnlyList<ConformanceCheck> All { get; } =
    [
        new(nameof(A_page_space_gives_every_page_once), A_page_space_gives_every_page_once)
        {
            Ability = EngineCapabilities.PageSpaces,
            IsRefused = Page_spaces_are_refused,
        },
        new(nameof(Pages_stand_still_while_writers_work), Pages_stand_still_while_writers_work)
        {
            Ability = EngineCapabilities.PageSpaces,
        },
        new(nameof(Pages_restore_the_database), Pages_restore_the_database) { Ability = EngineCapabilities.PageSpaces },
        new(nameof(Materialised_pages_give_equal_rows), Materialised_pages_give_equal_rows)
        {
            Ability = EngineCapabilities.PageSpaces,
        },
        new(nameof(An_unpublished_restore_of_pages_leaves_no_trace), An_unpublished_restore_of_pages_leaves_no_trace)
        {
            Ability = EngineCapabilities.PageSpaces,
        },
    ];

    private static PageSpace Space { get; } = new(Database);

    private static async Task A_page_space_gives_every_page_once(CheckContext context)
    {
        var snapshot = await FillAsync(context).ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        var shape = await snapshot.DescribeAsync(Space, context.Token).ConfigureAwait(false);
        var whole = await Exports.AllAsync(snapshot, Space, context.Token).ConfigureAwait(false);
        CheckPages(whole, shape);
        var spans = await snapshot.SplitAsync(Space, 3L * shape.PageSize, context.Token).ConfigureAwait(false);
        Expect.That(spans.Count > 1, "A split in spans of three pages gave one span.");
        var pieces = await Task.WhenAll(spans.Select(span => Task.Run(
            () => Exports.AllAsync(snapshot, Space, context.Token, null, span), context.Token))).ConfigureAwait(false);
        Expect.Equal(whole, [.. pieces.SelectMany(piece => piece)], "The pages span by span");
    }

    private static async Task Pages_stand_still_while_writers_work(CheckContext context)
    {
        var snapshot = await FillAsync(context).ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        var shape = await snapshot.DescribeAsync(Space, context.Token).ConfigureAwait(false);
        var before = await Exports.AllAsync(snapshot, Space, context.Token).ConfigureAwait(false);
        var writer = Task.Run(
            async () =>
            {
                for (var i = 0; i < 40; i++)
                {
                    await context.ChangeAsync(
                        Database,
                        Samples.Update(Samples.Accounts, i, i + 1),
                        Samples.Insert(Samples.Accounts, 9000 + i)).ConfigureAwait(false);
                }
            },
            context.Token);
        Expect.Equal(
            before,
            await Exports.AllAsync(snapshot, Space, context.Token).ConfigureAwait(false),
            "Pages under which others write");
        await writer.ConfigureAwait(false);
        Expect.Equal(
            before,
            await Exports.AllAsync(snapshot, Space, context.Token).ConfigureAwait(false),
            "Pages after others have written");
        var after = await snapshot.DescribeAsync(Space, context.Token).ConfigureAwait(false);
        Expect.That(after.PageCount == shape.PageCount, "The number of pages of a snapshot has changed.");
    }

    private static async Task Pages_restore_the_database(CheckContext context)
    {
        var snapshot = await FillAsync(context).ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        var before = await EngineContents.ReadAsync(snapshot, Database, context.Token).ConfigureAwait(false);
        await context.ChangeAsync(Database, Samples.Delete(Samples.Bookings, 7)).ConfigureAwait(false);
        var other = await context.StartAnotherAsync().ConfigureAwait(false);
        var restore = await BeginAsync(other, "copy").ConfigureAwait(false);
        await using var __ = restore.ConfigureAwait(false);
        await IngestAsync(context, snapshot, (pages, shape) =>
            restore.IngestAsync(new PageSpace("copy"), shape, pages, context.Token)).ConfigureAwait(false);
        await restore.CompleteAsync(context.Token).ConfigureAwait(false);
        await restore.PublishAsync(context.Token).ConfigureAwait(false);
        Expect.Equal(
            before, await other.ReadAsync(null, "copy").ConfigureAwait(false), "The database restored from its pages");
    }

    private static async Task Materialised_pages_give_equal_rows(CheckContext context)
    {
        var snapshot = await FillAsync(context).ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        var before = await EngineContents.ReadAsync(snapshot, Database, context.Token).ConfigureAwait(false);
        var reader = context.Engine as IPageSpaceReader
            ?? throw new ConformanceException("An engine with page spaces must implement IPageSpaceReader.");
        var scratch = Directory.CreateTempSubdirectory("backupsql-conformance-");
        try
        {
            await MaterialiseAsync(context, snapshot, reader, scratch.FullName, before).ConfigureAwait(false);
            Expect.That(
                !scratch.EnumerateFileSystemInfos().Any(), "A materialisation left files in the scratch directory.");
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    private static async Task MaterialiseAsync(
        CheckContext context, IEngineSnapshot snapshot, IPageSpaceReader reader, string scratch, EngineContents before)
    {
        var shape = await snapshot.DescribeAsync(Space, context.Token).ConfigureAwait(false);
        var aside = await reader.BeginMaterialiseAsync(Space, shape, scratch, context.Token).ConfigureAwait(false);
        await using var _ = aside.ConfigureAwait(false);
        await IngestAsync(
            context, snapshot, (pages, _) => aside.IngestAsync(pages, context.Token)).ConfigureAwait(false);
        var opened = await aside.OpenAsync(null, context.Token).ConfigureAwait(false);
        await using var __ = opened.ConfigureAwait(false);
        Expect.Equal(
            before,
            await EngineContents.ReadAsync(opened, Database, context.Token).ConfigureAwait(false),
            "The database materialised from its pages");
        var ids = await IdsAsync(context, snapshot).ConfigureAwait(false);
        Expect.That(
            ids.SequenceEqual(await IdsAsync(context, opened).ConfigureAwait(false)),
            "The objects of a materialised database have other ids than in the snapshot.");
    }

    private static async Task<IReadOnlyList<long>> IdsAsync(CheckContext context, IEngineSnapshot snapshot) =>
        [.. (await snapshot.Catalog.GetObjectsAsync(Database, context.Token).ConfigureAwait(false)).Select(o => o.Id)];

    private static async Task An_unpublished_restore_of_pages_leaves_no_trace(CheckContext context)
    {
        var snapshot = await FillAsync(context).ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        var databases = await context.DatabasesAsync().ConfigureAwait(false);
        var restore = await BeginAsync(context, "copy").ConfigureAwait(false);
        await using (restore.ConfigureAwait(false))
        {
            await IngestAsync(context, snapshot, (pages, shape) =>
                restore.IngestAsync(new PageSpace("copy"), shape, pages, context.Token)).ConfigureAwait(false);
            await restore.CompleteAsync(context.Token).ConfigureAwait(false);
            Expect.That(
                databases.SequenceEqual(await context.DatabasesAsync().ConfigureAwait(false)),
                "An unpublished database is visible.");
        }

        Expect.That(
            databases.SequenceEqual(await context.DatabasesAsync().ConfigureAwait(false)),
            "A restore that was given up left a database.");
    }

    private static async Task Page_spaces_are_refused(CheckContext context)
    {
        var snapshot = await FillAsync(context).ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        await Expect.RefusedAsync(
            () => snapshot.DescribeAsync(Space, context.Token).AsTask(),
            SqlStates.FeatureNotSupported).ConfigureAwait(false);
        await Expect.RefusedAsync(
            () => Exports.AllAsync(snapshot, Space, context.Token),
            SqlStates.FeatureNotSupported).ConfigureAwait(false);
        Expect.That(
            context.Engine is not IPageSpaceReader,
            "The engine implements IPageSpaceReader but claims no page spaces.");
    }

    private static async Task<IEngineSnapshot> FillAsync(CheckContext context)
    {
        await context.FillAsync(Database, 400, Samples.Accounts, Samples.Bookings, Samples.Notes).ConfigureAwait(false);
        await context.Fixture.TryCreateViewAsync(
            Database, "all_accounts", Samples.Accounts, context.Token).ConfigureAwait(false);
        return await context.SnapshotAsync().ConfigureAwait(false);
    }

    private static Task<IRestoreTransaction> BeginAsync(CheckContext context, string database) =>
        context.Engine.BeginRestoreAsync(
            new RestoreRequest { Id = "conformance", NewDatabases = [database] }, context.Token).AsTask();

    /// <summary>Hands the pages over in several ranges at a time.</summary>
    private static async Task IngestAsync(
        CheckContext context, IEngineSnapshot snapshot, Func<IRowSource, SpaceShape, ValueTask> take)
    {
        var shape = await snapshot.DescribeAsync(Space, context.Token).ConfigureAwait(false);
        var spans = await snapshot.SplitAsync(Space, 8L * shape.PageSize, context.Token).ConfigureAwait(false);
        await Task.WhenAll(spans.Select(span => Task.Run(
            async () =>
            {
                var pages = await Exports.AllAsync(snapshot, Space, context.Token, null, span).ConfigureAwait(false);
                await take(new ListedRows(pages), shape).ConfigureAwait(false);
            },
            context.Token))).ConfigureAwait(false);
    }

    private static void CheckPages(IReadOnlyList<CollectedRow> pages, SpaceShape shape)
    {
        Expect.That(shape.PageSize > 0, "The shape of a page space names no page size.");
        Expect.That(shape.PageCount == pages.Count, $"The shape says {shape.PageCount} pages, {pages.Count} came.");
        for (var i = 0; i < pages.Count; i++)
        {
            Expect.That(
                pages[i].Key.Length == 4 && BinaryPrimitives.ReadUInt32BigEndian(pages[i].Key) == i + 1,
                $"Page {i + 1} has the key {Convert.ToHexString(pages[i].Key)}.");
            Expect.That(pages[i].Value?.Length == shape.PageSize, $"Page {i + 1} has another size.");
        }
    }
}
