using System.Buffers.Binary;
using Backup.Sql.Collections;
using Backup.Sql.Rows;
using Backup.Sql.Storage;
using BenchmarkDotNet.Attributes;

namespace Backup.Sql.Benchmarks;

/// <summary>
/// What it costs one thread to turn 32 MiB into data files: digests, encoding, compression, checksums, SHA-256 of the
/// file, and the copy into a store in memory.
/// </summary>
[MemoryDiagnoser]
public class BlockWriterBenchmarks
{
    private const int PageBytes = 4096;
    private const int Pages = 8192;
    private const int Rows = 280_000;

    private byte[] _content = [];

    /// <summary>The codec and its level.</summary>
    [Params("none 0", "zstd 1", "zstd 3", "brotli 1")]
    public string Codec { get; set; } = "";

    /// <summary>Makes the content.</summary>
    [GlobalSetup]
    public void SetUp() => _content = SampleLayers.MakeContent(Pages * PageBytes);

    /// <summary>Pages of a database.</summary>
    [Benchmark]
    public async Task WritePages()
    {
        var shape = new SpaceShape { PageSize = PageBytes, PageCount = Pages };
        await using var sink = await OpenAsync(new PageSpace("shop"), shape);
        var key = new byte[sizeof(uint)];
        for (var i = 0; i < Pages; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(key, (uint)i + 1);
            if (!sink.Write(new RowVersion(key, default, _content.AsSpan(i * PageBytes, PageBytes))))
                await sink.FlushAsync();
        }

        await sink.CompleteAsync();
    }

    /// <summary>Rows of 120 bytes.</summary>
    [Benchmark]
    public async Task WriteRows()
    {
        await using var sink = await OpenAsync(SampleLayers.Table, new SpaceShape());
        await SampleLayers.WriteRowsAsync(sink, _content, Rows, 1);
    }

    private async Task<SpaceSink> OpenAsync(Space space, SpaceShape shape)
    {
        var codec = Codec.Split(' ');
        var layer = await SampleLayers.BeginAsync(new MemoryObjectStore(), 10, null, codec[0], int.Parse(codec[1]));
        return layer
            .BeginSpace(new SpaceWriteRequest { Space = space, Shape = shape, Name = "shop", Coverage = SpaceCoverage.Full })
            .OpenSink();
    }
}
