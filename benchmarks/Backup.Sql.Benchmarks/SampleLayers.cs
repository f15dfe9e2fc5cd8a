using System.Buffers.Binary;
using Backup.Sql.Catalog;
using Backup.Sql.Collections;
using Backup.Sql.Diagnostics;
using Backup.Sql.Rows;
using Backup.Sql.Storage;

namespace Backup.Sql.Benchmarks;

/// <summary>Layers in memory for the benchmarks of collections.</summary>
internal static class SampleLayers
{
    public static readonly TableSpace Table = new("shop", 1);

    public static Task<LayerWriter> BeginAsync(IObjectStore store, int end, Chain? parent, string compression, int level) =>
        new LayerStart(Collection.Open(store)).BeginAsync(new LayerRequest
        {
            End = new HlcTimestamp(end * 1_000_000_000L),
            Parent = parent,
            JobId = "1",
            EngineKind = "memory",
            EngineVersion = "1",
            ClusterId = "benchmark",
            CreatedBy = "0.1.0",
            Compression = CompressionCodecs.Default.Choose(compression, level),
            Random = CryptoRandomSource.Instance,
        });

    /// <summary>Bytes that compress about as well as a database does: words, numbers and a little chance.</summary>
    public static byte[] MakeContent(int length)
    {
        var random = new Random(1);
        var content = new byte[length];
        var at = 0;
        while (at < length)
        {
            var text = $"customer {random.Next(5000)} ordered {random.Next(20)} of article {random.Next(900)} on 2026-11-{random.Next(30)}; ";
            var count = Math.Min(text.Length, length - at);
            for (var i = 0; i < count; i++)
                content[at++] = (byte)text[i];
        }

        return content;
    }

    /// <summary>Writes every <paramref name="step"/>th row of a table.</summary>
    public static async Task WriteRowsAsync(SpaceSink sink, byte[] content, int rows, int step)
    {
        const int ValueBytes = 112;
        var key = new byte[sizeof(long)];
        for (var i = 0; i < rows; i += step)
        {
            BinaryPrimitives.WriteInt64BigEndian(key, i);
            var value = content.AsSpan((int)(i * 31L % (content.Length - ValueBytes)), ValueBytes);
            if (!sink.Write(new RowVersion(key, default, value)))
                await sink.FlushAsync();
        }

        await sink.CompleteAsync();
    }
}
