using Backup.Sql.Collections;
using Backup.Sql.Collections.Compression;
using Backup.Sql.Diagnostics;
using FsCheck;
using FsCheck.Fluent;

namespace Backup.Sql.Tests.Collections;

public sealed class CompressionTests
{
    private static readonly CompressionCodecs WithoutZstd = new([], zstdAvailable: false);

    [Theory]
    [InlineData("none")]
    [InlineData("brotli")]
    [InlineData("zstd")]
    public void Blocks_survive(string name)
    {
        if (name == "zstd" && !ZstdCodec.IsAvailable)
            return;
        var (codec, level) = CompressionCodecs.Default.Choose(name);
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), ArbMap.Default.ArbFor<byte>(), (bytes, times) =>
        {
            var block = Enumerable.Repeat(bytes, times).SelectMany(part => part).ToArray();
            var stored = new byte[codec.GetMaxCompressedLength(block.Length)];
            var length = codec.Compress(block, stored, level);
            var back = new byte[block.Length];
            Assert.True(codec.TryDecompress(stored.AsSpan(0, length), back));
            Assert.Equal(block, back);
            Assert.False(codec.TryDecompress(stored.AsSpan(0, length), new byte[block.Length + 1]));
            if (block.Length > 0)
                Assert.False(codec.TryDecompress(stored.AsSpan(0, length), new byte[block.Length - 1]));
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("none")]
    [InlineData("brotli")]
    [InlineData("zstd")]
    public async Task A_backup_is_read_with_the_codec_that_its_files_name(string name)
    {
        if (name == "zstd" && !ZstdCodec.IsAvailable)
            return;
        var lab = new CollectionLab { CompressionName = name };
        var rows = Enumerable.Range(0, 30_000).Select(i => LabRow.Of(i, $"value {i} {i % 7}")).ToList();
        await lab.CommitAsync(10, null, CollectionLab.TableRequest(), rows);
        Assert.Equal(name, (await lab.LoadLatestAsync()).Newest.Manifest.Spaces[0].Files[0].Codec);
        Assert.Equal(rows, await lab.ReadAsync(CollectionLab.Table));
    }

    [Fact]
    public void Without_zstd_brotli_is_the_default_and_zstd_is_refused_with_what_to_install()
    {
        Assert.Equal("brotli", WithoutZstd.Choose().Codec.Name);
        var error = Assert.Throws<BackupSqlException>(() => WithoutZstd.Choose("zstd"));
        Assert.Equal(SqlStates.FeatureNotSupported, error.SqlState);
        Assert.Contains("libzstd1", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reading_zstd_where_it_is_missing_fails_when_the_file_is_opened()
    {
        if (!ZstdCodec.IsAvailable)
            return;
        var lab = new CollectionLab { CompressionName = "zstd" };
        await lab.CommitAsync(10, null, CollectionLab.TableRequest(), [LabRow.Of(1, "a")]);
        var reader = new ChainReader(await lab.LoadLatestAsync(), WithoutZstd);
        var error = await CollectionLab.ThrowsAsync(
            SqlStates.FeatureNotSupported, () => reader.CheckReadableAsync(CollectionLab.Table).AsTask());
        Assert.Contains("libzstd1", error.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lz4", null)]
    [InlineData("zstd", 99)]
    [InlineData("brotli", 0)]
    public void Codecs_and_levels_that_do_not_exist_are_refused(string name, int? level)
    {
        if (name == "zstd" && !ZstdCodec.IsAvailable)
            return;
        var error = Assert.Throws<BackupSqlException>(() => CompressionCodecs.Default.Choose(name, level));
        Assert.Equal(SqlStates.InvalidParameterValue, error.SqlState);
    }

    [Fact]
    public async Task A_host_may_bring_its_own_codec()
    {
        var codecs = new CompressionCodecs([new InvertingCodec("invert", 200)]);
        var lab = new CollectionLab(codecs: codecs) { CompressionName = "invert" };
        await lab.CommitAsync(10, null, CollectionLab.TableRequest(), [LabRow.Of(1, "a")]);
        Assert.Equal([LabRow.Of(1, "a")], await lab.ReadAsync(CollectionLab.Table));
        var stranger = new ChainReader(await lab.LoadLatestAsync(), CompressionCodecs.Default);
        await CollectionLab.ThrowsAsync(
            SqlStates.UnsupportedFormat, () => stranger.CheckReadableAsync(CollectionLab.Table).AsTask());
    }

    [Theory]
    [InlineData("mine", 127)]
    [InlineData("brotli", 128)]
    public void Codecs_that_clash_with_the_librarys_are_refused(string name, byte id)
    {
        var error = Assert.Throws<BackupSqlException>(() => new CompressionCodecs([new InvertingCodec(name, id)]));
        Assert.Equal(SqlStates.DuplicateObject, error.SqlState);
    }

    private sealed class InvertingCodec(string name, byte id) : ICompressionCodec
    {
        public string Name => name;

        public byte Id => id;

        public int MinLevel => 0;

        public int MaxLevel => 0;

        public int DefaultLevel => 0;

        public int GetMaxCompressedLength(int length) => length;

        public int Compress(ReadOnlySpan<byte> source, Span<byte> destination, int level)
        {
            for (var i = 0; i < source.Length; i++)
                destination[i] = (byte)~source[i];
            return source.Length;
        }

        public bool TryDecompress(ReadOnlySpan<byte> source, Span<byte> destination) =>
            source.Length == destination.Length && Compress(source, destination, 0) == source.Length;
    }
}
