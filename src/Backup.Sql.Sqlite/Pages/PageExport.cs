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
                    written += Write(sink, (uint)next + (uint)written, chunk.Span[(written * pageSize)..], pageSize);
                    if (written < count)
                        await sink.FlushAsync(cancellationToken).ConfigureAwait(false);
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
    /// <returns>How many it took.</returns>
    private static int Write(IRowVersionSink sink, uint first, ReadOnlySpan<byte> pages, int pageSize)
    {
        Span<byte> key = stackalloc byte[PageNumbers.KeyBytes];
        var count = pages.Length / pageSize;
        for (var i = 0; i < count; i++)
        {
            PageNumbers.Write(first + (uint)i, key);
            if (!sink.Write(new RowVersion(key, HlcTimestamp.Zero, pages.Slice(i * pageSize, pageSize))))
                return i + 1;
        }

        return count;
    }
}
