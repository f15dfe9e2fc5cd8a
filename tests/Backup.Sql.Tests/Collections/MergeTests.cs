using Backup.Sql.Catalog;
using Backup.Sql.Collections;
using Backup.Sql.Collections.Format;
using Backup.Sql.Diagnostics;
using Backup.Sql.Rows;
using FsCheck;
using FsCheck.Fluent;

namespace Backup.Sql.Tests.Collections;

public sealed class MergeTests
{
    [Fact]
    public async Task Puts_and_deletions_of_later_layers_win()
    {
        var lab = new CollectionLab();
        await lab.CommitAsync(
            10, null, CollectionLab.TableRequest(), [LabRow.Of(1, "a"), LabRow.Of(2, "b"), LabRow.Of(3, "c")]);
        await lab.CommitAsync(
            20,
            await lab.LoadLatestAsync(),
            CollectionLab.TableRequest(SpaceCoverage.Changes),
            [LabRow.Deleted(1), LabRow.Of(2, "B"), LabRow.Of(4, "d")]);
        await lab.CommitAsync(
            30, await lab.LoadLatestAsync(), CollectionLab.TableRequest(SpaceCoverage.Changes), [LabRow.Of(1, "A"), LabRow.Deleted(3)]);
        Assert.Equal(
            [LabRow.Of(1, "A"), LabRow.Of(2, "B"), LabRow.Of(4, "d")], await lab.ReadAsync(CollectionLab.Table));
        Assert.Equal(
            [LabRow.Of(2, "B"), LabRow.Of(3, "c"), LabRow.Of(4, "d")],
            await lab.ReadAsync(CollectionLab.Table, CollectionLab.At(20)));
        Assert.Empty(await lab.ValidateAsync());
    }

    [Fact]
    public async Task A_layer_that_covers_all_cuts_off_what_lies_below()
    {
        var lab = new CollectionLab();
        await lab.CommitAsync(10, null, CollectionLab.TableRequest(), [LabRow.Of(1, "a"), LabRow.Of(2, "b")]);
        await lab.CommitAsync(20, await lab.LoadLatestAsync(), CollectionLab.TableRequest(), [LabRow.Of(2, "x")]);
        Assert.Equal([LabRow.Of(2, "x")], await lab.ReadAsync(CollectionLab.Table));
        Assert.Empty(await lab.ValidateAsync());
    }

    [Fact]
    public async Task An_unchanged_space_is_read_from_below()
    {
        var lab = new CollectionLab();
        await lab.CommitAsync(10, null, CollectionLab.TableRequest(), [LabRow.Of(1, "a")]);
        var chain = await lab.LoadLatestAsync();
        var layer = await lab.BeginAsync(20, chain);
        var below = chain.Newest.Manifest.Find(CollectionLab.Table)!;
        await layer.CommitAsync(layer.DescribeLayer() with
        {
            Spaces = [below with { Coverage = SpaceCoverage.Unchanged, Files = [] }],
        });
        Assert.Equal([LabRow.Of(1, "a")], await lab.ReadAsync(CollectionLab.Table));
        Assert.Empty(await lab.ValidateAsync());
    }

    [Fact]
    public async Task Any_time_inside_a_history_can_be_read()
    {
        var lab = new CollectionLab();
        await lab.CommitAsync(
            10,
            null,
            CollectionLab.TableRequest(allVersions: true),
            [LabRow.Of(1, "new", 9), LabRow.Of(1, "old", 5), LabRow.Deleted(2, 8), LabRow.Of(2, "gone", 6)],
            revisionStart: CollectionLab.At(4));
        await lab.CommitAsync(
            20,
            await lab.LoadLatestAsync(),
            CollectionLab.TableRequest(SpaceCoverage.Changes, allVersions: true),
            [LabRow.Deleted(1, 18), LabRow.Of(1, "newer", 15), LabRow.Of(2, "back", 12)],
            revisionStart: CollectionLab.At(10));
        Assert.Equal([LabRow.Of(1, "old", 5)], await lab.ReadAsync(CollectionLab.Table, CollectionLab.At(5)));
        Assert.Equal(
            [LabRow.Of(1, "old", 5), LabRow.Of(2, "gone", 6)],
            await lab.ReadAsync(CollectionLab.Table, CollectionLab.At(7)));
        Assert.Equal([LabRow.Of(1, "new", 9)], await lab.ReadAsync(CollectionLab.Table, CollectionLab.At(10)));
        Assert.Equal(
            [LabRow.Of(1, "newer", 15), LabRow.Of(2, "back", 12)],
            await lab.ReadAsync(CollectionLab.Table, CollectionLab.At(17)));
        Assert.Equal([LabRow.Of(2, "back", 12)], await lab.ReadAsync(CollectionLab.Table));
        Assert.Empty(await lab.ValidateAsync());
    }

    [Fact]
    public async Task Times_that_no_layer_restores_are_refused_with_the_nearest_ones()
    {
        var lab = new CollectionLab();
        await lab.CommitAsync(10, null, CollectionLab.TableRequest(), []);
        await lab.CommitAsync(
            20, await lab.LoadLatestAsync(), CollectionLab.TableRequest(SpaceCoverage.Changes), []);
        await lab.CommitAsync(
            30,
            await lab.LoadLatestAsync(),
            CollectionLab.TableRequest(SpaceCoverage.Changes, allVersions: true),
            [],
            revisionStart: CollectionLab.At(25));
        var chain = await lab.LoadLatestAsync();
        foreach (var (time, named) in new[] { (9.0, "00:00:10"), (15, "00:00:20"), (24, "00:00:25"), (31, "00:00:30") })
        {
            var error = await CollectionLab.ThrowsAsync(
                SqlStates.TimeOutOfRange, () => Task.FromResult(chain.Cover(CollectionLab.At(time))));
            Assert.Contains(named, error.Detail, StringComparison.Ordinal);
        }

        Assert.Equal(3, chain.Cover(CollectionLab.At(26)).Layers.Count);
        Assert.Equal(2, chain.Cover(CollectionLab.At(20)).Layers.Count);
    }

    [Fact]
    public async Task Rows_in_any_order_are_sorted_in_runs_and_merged()
    {
        var lab = new CollectionLab();
        var keys = Enumerable.Range(0, 40_000).OrderBy(i => unchecked((uint)i * 2654435761u)).ToList();
        await lab.CommitAsync(
            10, null, CollectionLab.TableRequest(ordered: false), keys.Select(i => LabRow.Of(i, new string('v', 1500))));
        var space = (await lab.LoadLatestAsync()).Newest.Manifest.Spaces[0];
        Assert.True(space.Files.Count > 2);
        var rows = await lab.ReadAsync(CollectionLab.Table, rangeBytes: 4 << 20);
        Assert.Equal(40_000, rows.Count);
        Assert.Equal(rows.Select(row => row.Key).Order(StringComparer.Ordinal), rows.Select(row => row.Key));
    }

    [Fact]
    public async Task Many_runs_are_merged_until_few_overlap()
    {
        var lab = new CollectionLab { CompressionName = "none" };
        var layer = await lab.BeginAsync(10);
        var options = new RowFileOptions
        {
            SpaceName = "t",
            Compression = lab.Codecs.Choose("none"),
            FileBytes = 64 << 20,
            BlockBytes = 512,
        };
        var files = new LayerFiles(lab.Store, layer.Directory, layer.LayerId);
        await using var writer = new RowFileWriter(files, options);
        for (var i = 0; i < 6000; i++)
        {
            // Three hundred runs of twenty rows, each over the whole range of keys.
            if (!writer.Append(LabRow.Of((i % 20 * 300) + (i / 20), $"row {i}").ToRowVersion()))
                await writer.FlushAsync(default);
        }

        var written = await writer.EndAsync(default);
        Assert.Equal(300, written.Count);
        var merged = await new RunMerger(files, options, lab.Codecs).ReduceAsync(written, default);
        await files.WhenDurableAsync();
        Assert.InRange(merged.Count, 1, RunMerger.MaxRuns);
        Assert.Equal(6000, merged.Sum(file => file.Rows));
        Assert.Equal(merged.Count, (await lab.NamesAsync(layer.Directory + "/data/")).Count);
        foreach (var entry in merged)
        {
            var keys = new List<string>();
            await new FileScan(files.Locate(entry), lab.Codecs)
                .RunAsync(row => keys.Add(Convert.ToHexString(row.Key)), static _ => { }, default);
            Assert.Equal(keys.Order(StringComparer.Ordinal), keys);
        }
    }

    [Fact]
    public async Task A_range_reads_only_its_blocks()
    {
        var store = new CountingStore(new Backup.Sql.Storage.MemoryObjectStore());
        var lab = new CollectionLab(store) { CompressionName = "none" };
        await lab.CommitAsync(
            10, null, CollectionLab.TableRequest(), Enumerable.Range(0, 20_000).Select(i => LabRow.Of(i, new string('v', 1000))));
        var reader = new ChainReader(await lab.LoadLatestAsync(), lab.Codecs);
        store.BytesRead = 0;
        var range = new KeySpan(Convert.FromHexString(10_000.ToString("X8")), Convert.FromHexString(10_010.ToString("X8")));
        var rows = await CollectionLab.DrainAsync(reader.OpenSource(CollectionLab.Table, range));
        Assert.Equal(10, rows.Count);
        Assert.InRange(store.BytesRead, 1, 3 << 20);
    }

    [Fact]
    public async Task A_mixed_up_row_is_caught_by_the_fingerprint()
    {
        var lab = new CollectionLab();
        await lab.CommitAsync(10, null, CollectionLab.TableRequest(), [LabRow.Of(1, "a"), LabRow.Of(2, "b")]);
        var other = new CollectionLab();
        var layer = await other.BeginAsync(10);
        var space = await CollectionLab.WriteAsync(layer, CollectionLab.TableRequest(), [LabRow.Of(1, "a"), LabRow.Of(2, "c")]);
        var right = (await lab.LoadLatestAsync()).Newest.Manifest.Spaces[0].Fingerprint;
        await layer.CommitAsync(layer.DescribeLayer() with { Spaces = [space with { Fingerprint = right }] });
        await CollectionLab.ThrowsAsync(SqlStates.FingerprintMismatch, () => other.ReadAsync(CollectionLab.Table));
        Assert.Equal(FindingStatus.FingerprintMismatch, Assert.Single(await other.ValidateAsync()).Status);
    }

    [Fact]
    public async Task A_changed_row_of_a_change_layer_is_caught_too()
    {
        var lab = new CollectionLab();
        await lab.CommitAsync(10, null, CollectionLab.TableRequest(), [LabRow.Of(1, "a")]);
        var layer = await lab.BeginAsync(20, await lab.LoadLatestAsync());
        var space = await CollectionLab.WriteAsync(
            layer, CollectionLab.TableRequest(SpaceCoverage.Changes), [LabRow.Of(2, "b"), LabRow.Deleted(3)]);
        var wrong = space.Fingerprint with { Sum = space.Fingerprint.Sum + 1 };
        await layer.CommitAsync(layer.DescribeLayer() with { Spaces = [space with { Fingerprint = wrong }] });
        await CollectionLab.ThrowsAsync(SqlStates.FingerprintMismatch, () => lab.ReadAsync(CollectionLab.Table));
    }

    [Fact]
    public void Layers_merge_like_dictionaries()
    {
        // Each layer: the changes made to some of a few keys, at ascending times.
        var change = Gen.Choose(0, 30).Zip(Gen.Choose(0, 3));
        var layers = Gen.ListOf(Gen.ListOf(change)).Resize(8);
        var options = layers.Zip(Gen.Elements(false, true).Zip(Gen.Elements(false, true)));
        Prop.ForAll(options.ToArbitrary(), input => CheckMergeAsync(
            input.Item1.Select(layer => layer.ToList()).ToList(), input.Item2.Item1, input.Item2.Item2).GetAwaiter().GetResult())
            .QuickCheckThrowOnFailure();
    }

    private static async Task CheckMergeAsync(List<List<(int Key, int Kind)>> layers, bool history, bool reintroduce)
    {
        var lab = new CollectionLab { FileBytes = 64 };
        var state = new SortedDictionary<int, LabRow>();
        var states = new List<(HlcTimestamp Time, List<LabRow> Rows)>();
        double time = 1;
        for (var i = 0; i <= layers.Count; i++)
        {
            var versions = new List<LabRow>();
            foreach (var (key, kind) in i == 0 ? [] : layers[i - 1])
            {
                time += 1;
                var row = kind == 0 ? LabRow.Deleted(key, time) : LabRow.Of(key, $"{key}@{time}", time);
                versions.Add(row);
                if (kind == 0)
                    state.Remove(key);
                else
                    state[key] = row;
                if (history)
                    states.Add((CollectionLab.At(time), [.. state.Values]));
            }

            time += 1;
            states.Add((CollectionLab.At(time), [.. state.Values]));
            var full = i == 0 || (reintroduce && i % 3 == 0 && !history);
            var rows = full
                ? state.Values.ToList()
                : versions.GroupBy(row => row.Key)
                    .OrderBy(group => group.Key, StringComparer.Ordinal)
                    .SelectMany(group => history ? group.Reverse() : group.Reverse().Take(1))
                    .ToList();
            var parent = i == 0 ? null : await lab.LoadLatestAsync();
            await lab.CommitAsync(
                time,
                parent,
                CollectionLab.TableRequest(full ? SpaceCoverage.Full : SpaceCoverage.Changes, history && !full),
                rows,
                history ? parent?.End ?? CollectionLab.At(time) : null,
                workers: 1 + (i % 3));
        }

        foreach (var (at, expected) in states)
            Assert.Equal(expected, await lab.ReadAsync(CollectionLab.Table, at, rangeBytes: 1));
        Assert.Empty(await lab.ValidateAsync());
    }
}
