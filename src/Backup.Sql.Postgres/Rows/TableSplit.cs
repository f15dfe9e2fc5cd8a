using Npgsql;

namespace Backup.Sql.Postgres.Rows;

/// <summary>Cuts a table into spans of about equal bytes.</summary>
internal static class TableSplit
{
    private const int MaxSpans = 4096;
    private const int SampledBlocksPerSpan = 8;
    private const int LeastSampledBlocks = 400;

    /// <summary>Where a table without a key is cut: between blocks.</summary>
    public static List<byte[]> ByPlace(StoredTable table, long targetBytes)
    {
        var bounds = new List<byte[]>();
        var least = Math.Max(1, table.Heaps.Sum(heap => heap.Blocks) / MaxSpans);
        foreach (var heap in table.Heaps)
        {
            var bytesPerBlock = Math.Max(1, heap.Bytes / Math.Max(1, heap.Blocks));
            var step = Math.Max(least, targetBytes / bytesPerBlock);
            for (var block = bounds.Count == 0 ? step : 0; block < heap.Blocks; block += step)
                bounds.Add(PlaceKeys.OfBlock(table, heap, block));
        }

        return bounds;
    }

    /// <summary>How many spans a table with a key should have.</summary>
    public static int Count(StoredTable table, long targetBytes) =>
        table.OrderedPrefix == 0 || table.Heaps.Count == 0
            ? 1
            : (int)Math.Clamp((table.Bytes + targetBytes - 1) / Math.Max(1, targetBytes), 1, MaxSpans);

    /// <summary>Where a table with a key is cut: at quantiles of the keys in a few of its blocks.</summary>
    public static async ValueTask<List<byte[]>> ByKeyAsync(
        NpgsqlConnection connection, StoredTable table, int spans, CancellationToken cancellationToken)
    {
        var keys = await SampleAsync(connection, table, spans, cancellationToken).ConfigureAwait(false);
        var bounds = new List<byte[]>();
        for (var i = 1; i < spans && keys.Count > 0; i++)
        {
            var key = keys[(int)((long)keys.Count * i / spans)];
            if (bounds.Count == 0 || bounds[^1].AsSpan().SequenceCompareTo(key) < 0)
                bounds.Add(key);
        }

        return bounds;
    }

    private static async ValueTask<List<byte[]>> SampleAsync(
        NpgsqlConnection connection, StoredTable table, int spans, CancellationToken cancellationToken)
    {
        var blocks = Math.Max(1, table.Heaps.Sum(heap => heap.Blocks));
        var wanted = Math.Max(LeastSampledBlocks, spans * SampledBlocksPerSpan);
        var query = CopyQuery.Sample(table, Math.Clamp(100.0 * wanted / blocks, 0.000_001, 100));
        var keys = new List<byte[]>();
        using var key = new KeyFields();
        var rows = await CopyReader.StartAsync(connection, query, table.OrderedPrefix, cancellationToken)
            .ConfigureAwait(false);
        await using var _ = rows.ConfigureAwait(false);
        while (await rows.FillAsync().ConfigureAwait(false))
        {
            while (rows.TryRead())
                keys.Add(Key(table, rows, key));
        }

        return keys;
    }

    private static byte[] Key(StoredTable table, CopyReader rows, KeyFields key)
    {
        key.Writer.Reset();
        for (var i = 0; i < table.OrderedPrefix; i++)
        {
            var column = table.Columns[table.Key[i]];
            key.Write(column.Form, column.Element, rows.Field(i));
        }

        return key.Writer.Written.ToArray();
    }
}
