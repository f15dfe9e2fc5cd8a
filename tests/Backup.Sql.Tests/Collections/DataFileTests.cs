using Backup.Sql.Catalog;
using Backup.Sql.Collections;
using Backup.Sql.Collections.Format;
using FsCheck;
using FsCheck.Fluent;

namespace Backup.Sql.Tests.Collections;

public sealed class DataFileTests
{
    [Fact]
    public void Rows_of_any_kind_survive()
    {
        var bytes = Gen.ArrayOf(Gen.Choose(0, 255).Select(b => (byte)b));
        var time = Gen.OneOf(
            Gen.Constant(default(HlcTimestamp)),
            Gen.Choose(int.MinValue, int.MaxValue).Zip(Gen.Choose(0, int.MaxValue), (w, l) => new HlcTimestamp(w * 1_000_003L, l)),
            Gen.Elements(new HlcTimestamp(long.MinValue, int.MaxValue), new HlcTimestamp(long.MaxValue, 0)));
        var row = bytes.Zip(time).Zip(Gen.OneOf(Gen.Constant<byte[]?>(null), bytes.Select<byte[], byte[]?>(b => b)))
            .Select(x => new LabRow(Convert.ToHexString(x.Item1.Item1), x.Item1.Item2, x.Item2 is null ? null : Convert.ToHexString(x.Item2)));
        Prop.ForAll(Gen.ListOf(row).ToArbitrary(), rows =>
        {
            var sorted = rows.DistinctBy(r => (r.Key, r.Time))
                .OrderBy(r => r.Key, StringComparer.Ordinal).ThenByDescending(r => r.Time).ToList();
            var stored = StoredRowsAsync(sorted, 64 << 20).GetAwaiter().GetResult();
            Assert.Equal(sorted, stored);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public async Task Rows_larger_than_a_block_get_one_of_their_own()
    {
        var rows = new[] { 10, 3 << 20, 20, (1 << 20) - 50, (1 << 20) + 1, 0 }
            .Select((length, i) => LabRow.Of(CollectionLab.PageKey(i), new byte[length])).ToList();
        Assert.Equal(rows, await StoredRowsAsync(rows, 64 << 20));
    }

    [Fact]
    public async Task Files_end_at_their_size_and_between_keys()
    {
        var lab = new CollectionLab { FileBytes = 1 << 20, CompressionName = "none" };
        var rows = Enumerable.Range(0, 5000)
            .SelectMany(i => new[] { LabRow.Of(i / 2, new string('x', 1000), 100 - (i % 2)) }).ToList();
        var layer = await lab.CommitAsync(200, null, CollectionLab.TableRequest(allVersions: true), rows, CollectionLab.At(1));
        var files = layer.Manifest.Spaces[0].Files;
        Assert.InRange(files.Count, 3, 5);
        for (var i = 1; i < files.Count; i++)
            Assert.True(files[i - 1].LastKey.Span.SequenceCompareTo(files[i].FirstKey.Span) < 0);
        Assert.Equal(2500, (await lab.ReadAsync(CollectionLab.Table)).Count);
    }

    [Fact]
    public async Task Long_keys_do_not_swell_the_index()
    {
        var lab = new CollectionLab { FileBytes = 4 << 20 };
        var rows = Enumerable.Range(0, 40)
            .Select(i => LabRow.Of([.. new byte[100_000], .. CollectionLab.PageKey(i)], [1])).ToList();
        var layer = await lab.CommitAsync(10, null, CollectionLab.TableRequest(), rows);
        Assert.All(layer.Manifest.Spaces[0].Files, file => Assert.True(file.FirstKey.Length + file.LastKey.Length <= 512));
        Assert.Equal(rows, await lab.ReadAsync(CollectionLab.Table, rangeBytes: 1));
    }

    [Fact]
    public async Task Nothing_is_allocated_per_row()
    {
        var lab = new CollectionLab();
        var layer = await lab.BeginAsync(10);
        await using var sink = layer.BeginSpace(CollectionLab.TableRequest()).OpenSink();
        var key = new byte[8];
        var value = new byte[100];
        WriteRows(1000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        WriteRows(6000);

        // A collection in the middle counts the rest of a thread's buffer as used: a few KiB, not a few bytes a row.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 32 << 10);

        void WriteRows(int count)
        {
            for (var i = 0; i < count; i++)
            {
                System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(key, System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(key) + 1);
                Assert.True(sink.Write(new Backup.Sql.Rows.RowVersion(key, default, value)));
            }
        }
    }

    /// <summary>Writes rows and gives them back as the files hold them, versions and deletions included.</summary>
    private static async Task<List<LabRow>> StoredRowsAsync(List<LabRow> rows, long fileBytes)
    {
        var lab = new CollectionLab { FileBytes = fileBytes };
        var layer = await lab.CommitAsync(
            10, null, CollectionLab.TableRequest(allVersions: true), rows, revisionStart: CollectionLab.At(1));
        var stored = new List<LabRow>();
        foreach (var entry in layer.Manifest.Spaces[0].Files)
        {
            await new FileScan(DataFile.Of(layer, entry), lab.Codecs)
                .RunAsync(row => stored.Add(LabRow.Of(row.Row)), static _ => { }, default);
        }

        return stored;
    }
}
