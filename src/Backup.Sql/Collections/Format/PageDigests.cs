using System.Buffers.Binary;
using Backup.Sql.Diagnostics;
using Backup.Sql.Rows;

namespace Backup.Sql.Collections.Format;

/// <summary>
/// The rows of digest files. A row stands for a run of consecutive pages: its key is the number of the first one, its
/// value the digests of all of them, sixteen bytes each.
/// </summary>
internal static class PageDigests
{
    /// <summary>The most pages that one row stands for.</summary>
    public const int MaxRun = 4096;

    private const int KeyBytes = 4;

    /// <summary>The keys of the rows that may hold digests of a window: runs may start before it.</summary>
    /// <param name="window">The window.</param>
    /// <returns>The keys.</returns>
    public static KeySpan RangeOf(PageWindow window)
    {
        var end = window.First + PageWindow.Pages;
        return new KeySpan(
            Key(Math.Max(1, window.First - MaxRun + 1)),
            end > uint.MaxValue ? default(ReadOnlyMemory<byte>) : Key(end));
    }

    /// <summary>The key of a page.</summary>
    /// <param name="page">Its number, from 1.</param>
    /// <returns>Four bytes.</returns>
    public static byte[] Key(long page)
    {
        var key = new byte[KeyBytes];
        BinaryPrimitives.WriteUInt32BigEndian(key, (uint)page);
        return key;
    }

    /// <summary>Notes the digests of the current row in a window.</summary>
    /// <param name="rows">Stands on a row of a digest file.</param>
    /// <param name="window">The window.</param>
    public static void Overlay(BlockRows rows, PageWindow window)
    {
        var row = rows.Row;
        window.Note(ReadPage(row, rows), row.Value);
    }

    /// <summary>Checks the current row's form.</summary>
    /// <param name="row">The row.</param>
    /// <param name="rows">Where it stands.</param>
    /// <returns>The first page.</returns>
    public static long ReadPage(in RowVersion row, BlockRows rows) =>
        row.Key.Length == KeyBytes && !row.Value.IsEmpty && !row.IsDeletion
        && row.Value.Length % FingerprintAccumulator.DigestBytes == 0
        && row.Value.Length <= MaxRun * FingerprintAccumulator.DigestBytes
            ? BinaryPrimitives.ReadUInt32BigEndian(row.Key)
            : throw Errors.Corrupt(rows.Path, "It holds a row that is no digest of pages.");
}
