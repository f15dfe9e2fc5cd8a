using Backup.Sql.Collections;
using Backup.Sql.Rows;
using Backup.Sql.Storage;
using BenchmarkDotNet.Attributes;

namespace Backup.Sql.Benchmarks;

/// <summary>
/// What it costs one thread to read a table of 200 000 rows of 120 bytes out of a full layer and increments that each
/// changed a tenth of it, the fingerprint proved on the way.
/// </summary>
[MemoryDiagnoser]
public class MergeBenchmarks
{
    private const int Rows = 200_000;

    private ChainReader? _reader;

    /// <summary>Layers of the chain.</summary>
    [Params(1, 2, 10)]
    public int Layers { get; set; }

    /// <summary>Writes the chain.</summary>
    [GlobalSetup]
    public async Task SetUp()
    {
        var content = SampleLayers.MakeContent(4 << 20);
        var store = new MemoryObjectStore();
        var collection = Collection.Open(store);
        Chain? chain = null;
        for (var i = 0; i < Layers; i++)
        {
            var layer = await SampleLayers.BeginAsync(store, 10 + i, chain, "zstd", 1);
            var space = layer.BeginSpace(new SpaceWriteRequest
            {
                Space = SampleLayers.Table,
                Shape = new SpaceShape(),
                Name = "orders",
                Coverage = i == 0 ? SpaceCoverage.Full : SpaceCoverage.Changes,
            });
            await using (var sink = space.OpenSink())
                await SampleLayers.WriteRowsAsync(sink, content, Rows, i == 0 ? 1 : 10);
            await layer.CommitAsync(layer.DescribeLayer() with { Spaces = [space.Complete()] });
            chain = await collection.LoadChainAsync((await collection.GetLatestAsync())!);
        }

        _reader = new ChainReader(chain!, CompressionCodecs.Default);
    }

    /// <summary>Reads and proves the table.</summary>
    [Benchmark]
    public async Task<long> Read()
    {
        var proof = _reader!.BeginProof(SampleLayers.Table);
        long bytes = 0;
        await using (var source = _reader.OpenSource(SampleLayers.Table, KeySpan.All, proof))
        {
            while (await source.FillAsync())
            {
                while (source.TryRead(out var row))
                    bytes += row.Value.Length;
            }
        }

        proof.Verify();
        return bytes;
    }
}
