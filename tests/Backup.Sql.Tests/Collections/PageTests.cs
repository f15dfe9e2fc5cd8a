using Backup.Sql.Collections;
using Backup.Sql.Diagnostics;
using FsCheck;
using FsCheck.Fluent;

namespace Backup.Sql.Tests.Collections;

public sealed class PageTests
{
    private const int PageSize = 512;

    [Fact]
    public async Task Only_changed_pages_are_written()
    {
        var lab = new CollectionLab();
        var pages = Enumerable.Range(0, 5000).Select(MakePage).ToList();
        await CommitAsync(lab, 10, pages);
        pages[17] = MakePage(-1);
        pages[4200] = MakePage(-2);
        var layer = await CommitAsync(lab, 20, pages);
        var space = layer.Manifest.Spaces[0];
        Assert.Equal(SpaceCoverage.Changes, space.Coverage);
        Assert.Equal(2, space.Files.Sum(file => file.Rows));
        Assert.Equal(5000, space.Fingerprint.Rows);
        await AssertReadsAsync(lab, pages);
    }

    [Fact]
    public async Task Nothing_changed_writes_no_file()
    {
        var lab = new CollectionLab();
        var pages = Enumerable.Range(0, 300).Select(MakePage).ToList();
        await CommitAsync(lab, 10, pages);
        var layer = await CommitAsync(lab, 20, pages);
        Assert.Empty(layer.Manifest.Spaces[0].Files);
        Assert.Empty(layer.Manifest.Spaces[0].DigestFiles);
        await AssertReadsAsync(lab, pages);
    }

    [Fact]
    public async Task Another_page_size_introduces_the_space_again()
    {
        var lab = new CollectionLab();
        await CommitAsync(lab, 10, [.. Enumerable.Range(0, 20).Select(MakePage)]);
        var layer = await lab.CommitAsync(
            20,
            await lab.LoadLatestAsync(),
            CollectionLab.PagesRequest(1024, 1, SpaceCoverage.Changes),
            [LabRow.Of(CollectionLab.PageKey(1), new byte[1024])]);
        Assert.Equal(SpaceCoverage.Full, layer.Manifest.Spaces[0].Coverage);
        Assert.Single(await lab.ReadAsync(CollectionLab.Pages));
    }

    [Fact]
    public async Task A_new_database_in_an_increment_is_written_whole()
    {
        var lab = new CollectionLab();
        await lab.CommitAsync(10, null, CollectionLab.TableRequest(), []);
        var layer = await CommitAsync(lab, 20, [MakePage(1)]);
        Assert.Equal(SpaceCoverage.Full, layer.Manifest.Spaces[0].Coverage);
    }

    [Fact]
    public async Task Windows_of_digests_join_seamlessly()
    {
        // More pages than a window of digests holds.
        var lab = new CollectionLab();
        var pages = Enumerable.Range(0, PageWindow.Pages + 5000).Select(i => BitConverter.GetBytes(i)).ToList();
        await CommitAsync(lab, 10, pages, workers: 3);
        pages[PageWindow.Pages - 1] = BitConverter.GetBytes(-1);
        pages[PageWindow.Pages] = BitConverter.GetBytes(-2);
        pages[3] = BitConverter.GetBytes(-3);
        var layer = await CommitAsync(lab, 20, pages, workers: 2);
        Assert.Equal(3, layer.Manifest.Spaces[0].Files.Sum(file => file.Rows));
        await AssertReadsAsync(lab, pages, rangePages: 30_000);
    }

    [Fact]
    public async Task What_is_no_page_is_refused()
    {
        var lab = new CollectionLab();
        await CollectionLab.ThrowsAsync(SqlStates.InternalError, () => lab.CommitAsync(
            10, null, CollectionLab.PagesRequest(PageSize, 1, SpaceCoverage.Full), [new LabRow("0001", default, "00")]));
    }

    [Fact]
    public void Databases_that_grow_shrink_and_change_restore_at_every_layer()
    {
        // Each layer: the new number of pages, and which pages change.
        var layer = Gen.Choose(0, 40).Zip(Gen.ListOf(Gen.Choose(0, 40)));
        Prop.ForAll(Gen.ListOf(layer).Resize(7).ToArbitrary(), layers =>
            CheckAsync(layers.Select(l => (l.Item1, l.Item2.ToList())).ToList()).GetAwaiter().GetResult())
            .QuickCheckThrowOnFailure();
    }

    private static async Task CheckAsync(List<(int Count, List<int> Changed)> layers)
    {
        var lab = new CollectionLab { FileBytes = 256 };
        var pages = new List<byte[]>();
        var states = new List<List<byte[]>>();
        var version = 0;
        for (var i = 0; i < layers.Count; i++)
        {
            var (count, changed) = layers[i];
            while (pages.Count < count)
                pages.Add(MakePage(pages.Count % 4));
            pages.RemoveRange(count, pages.Count - count);
            foreach (var page in changed.Where(page => page < count))
                pages[page] = MakePage(++version % 5);
            await CommitAsync(lab, 10 + i, pages, workers: 1 + (i % 3));
            states.Add([.. pages]);
        }

        for (var i = 0; i < states.Count; i++)
            await AssertReadsAsync(lab, states[i], 10 + i);
    }

    private static byte[] MakePage(int seed)
    {
        var page = new byte[PageSize];
        new Random(seed).NextBytes(page.AsSpan(0, 40));
        return page;
    }

    private static async Task<ChainLayer> CommitAsync(CollectionLab lab, double end, List<byte[]> pages, int workers = 1)
    {
        var parent = await lab.Collection.GetLatestAsync() is { } latest ? await lab.Collection.LoadChainAsync(latest) : null;
        return await lab.CommitAsync(
            end,
            parent,
            CollectionLab.PagesRequest(PageSize, pages.Count, parent is null ? SpaceCoverage.Full : SpaceCoverage.Changes),
            pages.Select((page, i) => LabRow.Of(CollectionLab.PageKey(i + 1), page)),
            workers: workers);
    }

    private static async Task AssertReadsAsync(CollectionLab lab, List<byte[]> pages, double? at = null, int rangePages = 7)
    {
        var rows = await lab.ReadAsync(CollectionLab.Pages, at is null ? null : CollectionLab.At(at.Value), rangePages * PageSize);
        Assert.Equal(pages.Select((page, i) => LabRow.Of(CollectionLab.PageKey(i + 1), page)), rows);
        Assert.Empty(await lab.ValidateAsync());
    }
}
