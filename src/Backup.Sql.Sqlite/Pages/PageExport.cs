using System.Buffers;
using Backup.Sql.Catalog;
using Backup.Sql.Rows;

namespace Backup.Sql.Sqlite.Pages;

/// <summary>Writes pages to a sink, read in pieces of 1 MiB.</summary>
internal static class PageExport
{
    private const int ChunkBytes = 1 << 20;

    /// <summary>Exports the pages of a span.</summary>
    public static async Task RunAsync(
        PageReader reader, KeySpan span, IRowVersionSink sink, CancellationToken cancellationToken)
    {
        var pageSize = reader.Geometry.PageSize;
        var (next, end) = PageNumbers.Range(span, reader.Geometry.PageCount);
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            while (next < end)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var count = (int)Math.Min(end - next, ChunkBytes / pageSize);
                var chunk = buffer.AsMemory(0, count * pageSize);
                reader.Read((uint)next, chunk.Span);
                for (var written = 0; written < count;)
                {
                    var rest = chunk.Span[(written * pageSize)..];
                    if (!Write(sink, (uint)next + (uint)written, rest, pageSize, out var taken))
                        await sink.FlushAsync(cancellationToken).ConfigureAwait(false);
                    written += taken;
                }

                next += count;
            }

            await sink.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Writes pages until the sink has had enough.</summary>
    /// <returns>False when it wants to be flushed, which it may with the last page as well.</returns>
    private static bool Write(IRowVersionSink sink, uint first, ReadOnlySpan<byte> pages, int pageSize, out int taken)
    {
        Span<byte> key = stackalloc byte[PageNumbers.KeyBytes];
        var count = pages.Length / pageSize;
        for (taken = 0; taken < count;)
        {
            PageNumbers.Write(first + (uint)taken, key);
            var page = pages.Slice(taken++ * pageSize, pageSize);
            if (!sink.Write(new RowVersion(key, HlcTimestamp.Zero, page)))
                return false;
        }

        return true;
    }
}
