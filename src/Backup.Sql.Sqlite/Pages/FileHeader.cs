using System.Buffers.Binary;

namespace Backup.Sql.Sqlite.Pages;

/// <summary>What the first 100 bytes of a database tell (sqlite.org/fileformat2.html, section 1.3).</summary>
/// <param name="IsReadable">False when the first page is not that of a plain SQLite database.</param>
/// <param name="ReservedBytes">Bytes at the end of every page that belong to an extension.</param>
/// <param name="SchemaFormat">4 since 2006; older ones lack ways to write values.</param>
internal readonly record struct FileHeader(bool IsReadable, int ReservedBytes, int SchemaFormat)
{
    private const int ReservedBytesOffset = 20;
    private const int SchemaFormatOffset = 44;

    public static FileHeader Unreadable => default;

    private static ReadOnlySpan<byte> Magic => "SQLite format 3\0"u8;

    public static FileHeader Read(ReadOnlySpan<byte> firstPage) => firstPage.StartsWith(Magic)
        ? new FileHeader(
            true, firstPage[ReservedBytesOffset], BinaryPrimitives.ReadInt32BigEndian(firstPage[SchemaFormatOffset..]))
        : Unreadable;
}
