using System.Buffers.Binary;
using Backup.Sql.Rows;

namespace Backup.Sql.Sqlite.Pages;

/// <summary>Page numbers and the keys of a page space: four bytes, big-endian, from 1.</summary>
internal static class PageNumbers
{
    public const int KeyBytes = sizeof(uint);

    /// <summary>
    /// The byte at which SQLite's locks lie; the page that holds it never carries data (sqlite.org/fileformat2.html,
    /// 1.4).
    /// </summary>
    private const long LockByte = 1L << 30;

    /// <summary>The page of the file's locks, which is zeros wherever it is written.</summary>
    public static uint LockPage(int pageSize) => (uint)(LockByte / pageSize) + 1;

    /// <summary>Writes a key.</summary>
    public static void Write(uint page, Span<byte> key) => BinaryPrimitives.WriteUInt32BigEndian(key, page);

    /// <summary>Reads a key.</summary>
    /// <returns>0 when the bytes are no key.</returns>
    public static uint Read(ReadOnlySpan<byte> key) =>
        key.Length == KeyBytes ? BinaryPrimitives.ReadUInt32BigEndian(key) : 0;

    /// <summary>The pages of a span: from the first one to before the second one.</summary>
    public static (long First, long End) Range(KeySpan span, long pageCount)
    {
        var first = Math.Max(1, LowerBound(span.Start.Span));
        var end = span.End.IsEmpty ? pageCount + 1 : Math.Min(pageCount + 1, LowerBound(span.End.Span));
        return (first, Math.Max(first, end));
    }

    /// <summary>Cuts all pages into spans of some bytes each.</summary>
    public static IReadOnlyList<KeySpan> Split(long pageCount, int pageSize, long targetBytes)
    {
        var step = Math.Max(1, targetBytes / pageSize);
        var spans = new List<KeySpan>();
        var start = ReadOnlyMemory<byte>.Empty;
        for (var page = 1 + step; page <= pageCount; page += step)
        {
            var bound = new byte[KeyBytes];
            Write((uint)page, bound);
            spans.Add(new KeySpan(start, bound));
            start = bound;
        }

        spans.Add(new KeySpan(start, default));
        return spans;
    }

    /// <summary>The first page whose key is not less than some bytes, which need not be a key.</summary>
    private static long LowerBound(ReadOnlySpan<byte> bound)
    {
        Span<byte> key = stackalloc byte[KeyBytes];
        key.Clear();
        bound[..Math.Min(bound.Length, KeyBytes)].CopyTo(key);
        return BinaryPrimitives.ReadUInt32BigEndian(key) + (bound.Length > KeyBytes ? 1L : 0L);
    }
}
