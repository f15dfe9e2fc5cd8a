using Backup.Sql.Catalog;
using Backup.Sql.Collections;
using Backup.Sql.Collections.Sealing;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.Tests.Collections;

public sealed class CollectionTests
{
    [Fact]
    public async Task An_empty_location_has_no_backups()
    {
        var lab = new CollectionLab();
        Assert.Empty(await lab.Collection.ListBackupsAsync());
        Assert.Null(await lab.Collection.GetLatestAsync());
        Assert.False(await lab.Collection.HasBackupAsync("2026/11/20-000001.00"));
        Assert.Equal(CollectionState.Empty, await lab.Collection.ReadStateAsync(null));
        await CollectionLab.ThrowsAsync(SqlStates.UndefinedFile, () => lab.Collection.LoadChainAsync("2026/11/20-000001.00"));
        await CollectionLab.ThrowsAsync(SqlStates.UndefinedFile, () => lab.Collection.LoadChainAsync(""));
    }

    [Fact]
    public async Task Full_backups_are_named_by_their_end_and_listed_in_order()
    {
        var lab = new CollectionLab();
        foreach (var end in new[] { 30.5, 10.25, 20 })
            await lab.CommitAsync(end, null, CollectionLab.TableRequest(), []);
        Assert.Equal(
            ["2026/11/20-000010.25", "2026/11/20-000020.00", "2026/11/20-000030.50"],
            await lab.Collection.ListBackupsAsync());
        Assert.Equal("2026/11/20-000030.50", await lab.Collection.GetLatestAsync());
    }

    [Fact]
    public async Task Nothing_is_listed_before_the_manifest_is_there()
    {
        var lab = new CollectionLab();
        var layer = await lab.BeginAsync(10);
        var space = await CollectionLab.WriteAsync(layer, CollectionLab.TableRequest(), [LabRow.Of(1, "a")]);
        Assert.Empty(await lab.Collection.ListBackupsAsync());
        await layer.CommitAsync(layer.DescribeLayer() with { Spaces = [space] });
        Assert.Single(await lab.Collection.ListBackupsAsync());
    }

    [Fact]
    public async Task A_taken_centisecond_moves_the_next_backup_on()
    {
        var lab = new CollectionLab();
        var first = await lab.BeginAsync(10, job: "1");
        var second = await lab.BeginAsync(10, job: "2");
        Assert.Equal("2026/11/20-000010.00", first.Directory);
        Assert.Equal("2026/11/20-000010.01", second.Directory);
    }

    [Fact]
    public async Task The_later_end_is_the_latest_even_where_names_collided()
    {
        var lab = new CollectionLab();
        await lab.CommitAsync(10.009, null, CollectionLab.TableRequest(), []);
        await lab.CommitAsync(10.002, null, CollectionLab.TableRequest(), []);
        Assert.Equal(2, (await lab.Collection.ListBackupsAsync()).Count);
        Assert.Equal("2026/11/20-000010.00", await lab.Collection.GetLatestAsync());
    }

    [Fact]
    public async Task Latest_is_right_without_a_hint_and_with_a_stale_one()
    {
        var lab = new CollectionLab();
        var first = await lab.CommitAsync(10, null, CollectionLab.TableRequest(), []);
        await lab.Collection.Hints.PublishAsync(first);
        var second = await lab.CommitAsync(20, null, CollectionLab.TableRequest(), []);
        Assert.Equal(second.Directory, await lab.Collection.GetLatestAsync());
        await lab.Collection.Hints.PublishAsync(second);
        Assert.Equal(second.Directory, await lab.Collection.GetLatestAsync());
    }

    [Fact]
    public async Task A_hint_to_a_backup_that_is_gone_is_passed_over()
    {
        var lab = new CollectionLab();
        var first = await lab.CommitAsync(10, null, CollectionLab.TableRequest(), []);
        var second = await lab.CommitAsync(20, null, CollectionLab.TableRequest(), []);
        await lab.Collection.Hints.PublishAsync(second);
        await lab.Store.DeleteAsync(second.PathOf(CollectionLayout.Manifest));
        Assert.Equal(first.Directory, await lab.Collection.GetLatestAsync());
    }

    [Fact]
    public async Task An_increment_lies_below_its_chain_and_names_both_ends()
    {
        var lab = new CollectionLab();
        await lab.CommitAsync(10, null, CollectionLab.TableRequest(), []);
        var layer = await lab.CommitAsync(
            86410.5, await lab.LoadLatestAsync(), CollectionLab.TableRequest(SpaceCoverage.Changes), []);
        Assert.Equal("incrementals/2026/11/20-000010.00/20261121/000010.50-20261120-000010.00", layer.Directory);
        Assert.Single(await lab.Collection.ListBackupsAsync());
    }

    [Fact]
    public async Task Increments_in_a_place_of_their_own_are_found_there()
    {
        var incrementals = new MemoryObjectStore();
        var lab = new CollectionLab(incrementals: incrementals);
        await lab.CommitAsync(10, null, CollectionLab.TableRequest(), [LabRow.Of(1, "a")]);
        var layer = await lab.CommitAsync(
            20, await lab.LoadLatestAsync(), CollectionLab.TableRequest(SpaceCoverage.Changes), [LabRow.Of(2, "b")]);
        Assert.Same(incrementals, layer.Store);
        Assert.StartsWith("2026/11/20-000010.00/20261120/", layer.Directory, StringComparison.Ordinal);
        Assert.Equal([LabRow.Of(1, "a"), LabRow.Of(2, "b")], await lab.ReadAsync(CollectionLab.Table));
    }

    [Fact]
    public async Task A_backup_at_the_location_itself_takes_increments_below_it()
    {
        var lab = new CollectionLab();
        var full = await lab.BeginAsync(10, directory: "");
        var space = await CollectionLab.WriteAsync(full, CollectionLab.TableRequest(), [LabRow.Of(1, "a")]);
        await full.CommitAsync(full.DescribeLayer() with { Spaces = [space] });
        var chain = await lab.Collection.LoadChainAsync("");
        var layer = await lab.CommitAsync(20, chain, CollectionLab.TableRequest(SpaceCoverage.Changes), []);
        Assert.Equal("20261120/000020.00-20261120-000010.00", layer.Directory);
        Assert.Equal(2, (await lab.Collection.LoadChainAsync("")).Layers.Count);
        Assert.Equal(2, (await Collection.LoadLocationsAsync([lab.Store], new ChainKeys())).Layers.Count);
        await CollectionLab.ThrowsAsync(SqlStates.ObjectNotInState, () => lab.Collection.ListBackupsAsync());
    }

    [Fact]
    public async Task Locations_named_one_by_one_make_a_chain()
    {
        var (full, first, second) = (new CollectionLab(), new CollectionLab(), new CollectionLab());
        await Add(full, 10, []);
        await Add(first, 20, [full.Store]);
        await Add(second, 30, [full.Store, first.Store]);
        var chain = await Collection.LoadLocationsAsync([full.Store, first.Store, second.Store], new ChainKeys());
        Assert.Equal(3, chain.Layers.Count);
        var error = await CollectionLab.ThrowsAsync(
            SqlStates.BrokenChain, () => Collection.LoadLocationsAsync([full.Store, second.Store], new ChainKeys()));
        Assert.Contains("2026-11-20 00:00:20.000000", error.Detail, StringComparison.Ordinal);

        static async Task Add(CollectionLab lab, double end, IReadOnlyList<IObjectStore> below)
        {
            var parent = below.Count == 0 ? null : await Collection.LoadLocationsAsync(below, new ChainKeys());
            var layer = await lab.BeginAsync(end, parent, directory: "");
            await layer.CommitAsync(layer.DescribeLayer());
        }
    }

    [Fact]
    public async Task A_collection_taken_for_a_backup_is_pointed_out()
    {
        var lab = new CollectionLab();
        await lab.CommitAsync(10, null, CollectionLab.TableRequest(), []);
        var error = await CollectionLab.ThrowsAsync(SqlStates.UndefinedFile, () => lab.Collection.LoadChainAsync(""));
        Assert.Contains("SHOW BACKUPS IN", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_named_directory_that_holds_a_backup_is_refused()
    {
        var lab = new CollectionLab();
        var layer = await lab.BeginAsync(10, directory: "/mine/");
        Assert.Equal("mine", layer.Directory);
        await layer.CommitAsync(layer.DescribeLayer());
        await CollectionLab.ThrowsAsync(SqlStates.DuplicateFile, () => lab.BeginAsync(20, directory: "mine"));
        Assert.True(await lab.Collection.HasBackupAsync("/mine"));
        Assert.Empty(await lab.Collection.ListBackupsAsync());
    }

    [Theory]
    [InlineData("..")]
    [InlineData("a/../b")]
    [InlineData("a//b")]
    [InlineData("/")]
    public async Task Sub_directories_that_lead_elsewhere_are_refused(string subdirectory) =>
        await CollectionLab.ThrowsAsync(
            SqlStates.InvalidParameterValue, () => new CollectionLab().Collection.LoadChainAsync(subdirectory));

    [Fact]
    public async Task Of_two_manifests_in_one_directory_one_wins()
    {
        var lab = new CollectionLab();
        var first = await lab.BeginAsync(10, directory: "x", job: "1");
        var second = await lab.BeginAsync(10, directory: "x", job: "2");
        await first.CommitAsync(first.DescribeLayer());
        await CollectionLab.ThrowsAsync(SqlStates.DuplicateFile, () => second.CommitAsync(second.DescribeLayer()));
        Assert.Equal(first.LayerId, (await lab.Collection.ReadEnvelopeAsync("x")).LayerId);
    }

    [Fact]
    public async Task Committing_again_after_a_lost_answer_succeeds()
    {
        var lab = new CollectionLab();
        var layer = await lab.BeginAsync(10);
        await layer.CommitAsync(layer.DescribeLayer());
        await layer.CommitAsync(layer.DescribeLayer());
        Assert.False(await layer.AbandonAsync());
        Assert.Single(await lab.Collection.ListBackupsAsync());
    }

    [Fact]
    public async Task An_abandoned_layer_leaves_nothing_and_spares_its_neighbour()
    {
        var lab = new CollectionLab();
        var first = await lab.BeginAsync(10, directory: "x", job: "1");
        var second = await lab.BeginAsync(10, directory: "x", job: "2");
        await CollectionLab.WriteAsync(first, CollectionLab.TableRequest(), [LabRow.Of(1, "a")]);
        var space = await CollectionLab.WriteAsync(second, CollectionLab.TableRequest(), [LabRow.Of(1, "b")]);
        Assert.True(await first.AbandonAsync());
        await second.CommitAsync(second.DescribeLayer() with { Spaces = [space] });
        var chain = await lab.Collection.LoadChainAsync("x");
        Assert.Equal(
            [LabRow.Of(1, "b")],
            await CollectionLab.DrainAsync(new ChainReader(chain, lab.Codecs).OpenSource(CollectionLab.Table, Backup.Sql.Rows.KeySpan.All)));
        Assert.Equal(3, (await lab.NamesAsync()).Count);
    }

    [Fact]
    public async Task A_sink_that_was_not_completed_leaves_no_object()
    {
        var lab = new CollectionLab();
        var layer = await lab.BeginAsync(10);
        var sink = layer.BeginSpace(CollectionLab.TableRequest()).OpenSink();
        await using (sink)
        {
            for (var i = 0; i < 100_000; i++)
            {
                if (!sink.Write(LabRow.Of(i, "some text of some length").ToRowVersion()))
                    await sink.FlushAsync();
            }
        }

        Assert.True(await layer.AbandonAsync());
        Assert.Empty(await lab.NamesAsync());
    }

    [Fact]
    public async Task A_chain_that_somebody_extended_meanwhile_is_not_extended_twice()
    {
        var lab = new CollectionLab();
        await lab.CommitAsync(10, null, CollectionLab.TableRequest(), []);
        var seen = await lab.LoadLatestAsync();
        var mine = await lab.BeginAsync(30, seen, job: "mine");
        await lab.CommitAsync(20, seen, CollectionLab.TableRequest(SpaceCoverage.Changes), []);
        var error = await CollectionLab.ThrowsAsync(
            SqlStates.ObjectInUse, () => mine.CommitAsync(mine.DescribeLayer()));
        Assert.True(error.IsTransient);
        Assert.NotEqual(seen.State, await lab.Collection.ReadStateAsync(null));
        Assert.Equal(2, (await lab.LoadLatestAsync()).Layers.Count);
    }

    [Fact]
    public async Task An_increment_on_files_that_are_gone_is_refused()
    {
        var lab = new CollectionLab();
        var full = await lab.CommitAsync(10, null, CollectionLab.TableRequest(), [LabRow.Of(1, "a")]);
        var chain = await lab.LoadLatestAsync();
        await lab.Store.DeleteAsync(full.PathOf(full.Manifest.Spaces[0].Files[0].Name));
        await CollectionLab.ThrowsAsync(SqlStates.BrokenChain, () => lab.BeginAsync(20, chain));
    }

    [Fact]
    public async Task Data_files_are_not_walked_when_backups_are_listed()
    {
        var store = new CountingStore(new MemoryObjectStore());
        var lab = new CollectionLab(store) { FileBytes = 1 };
        await lab.CommitAsync(
            10, null, CollectionLab.TableRequest(ordered: true), Enumerable.Range(0, 50).Select(i => LabRow.Of(i, "x")), workers: 50);
        store.EntriesListed = 0;
        Assert.Single(await lab.Collection.ListBackupsAsync());
        Assert.InRange(store.EntriesListed, 1, 5);
    }
}
