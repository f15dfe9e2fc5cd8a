using System.Buffers.Binary;

namespace Backup.Sql.Rows;

/// <summary>Big-endian integers of 0 to 8 bytes.</summary>
internal static class ShortInteger
{
    /// <summary>Writes the low bytes of a value; eight bytes of room are needed whatever the length.</summary>
    public static void Write(Span<byte> destination, long value, int length) =>
        BinaryPrimitives.WriteInt64BigEndian(destination, length == 0 ? 0 : value << (64 - 8 * length));

    /// <summary>Reads a signed value.</summary>
    public static long Read(ReadOnlySpan<byte> source) => source.Length switch
    {
        0 => 0,
        1 => (sbyte)source[0],
        2 => BinaryPrimitives.ReadInt16BigEndian(source),
        4 => BinaryPrimitives.ReadInt32BigEndian(source),
        8 => BinaryPrimitives.ReadInt64BigEndian(source),
        _ => ReadOdd(source),
    };

    private static long ReadOdd(ReadOnlySpan<byte> source)
    {
        long value = (sbyte)source[0];
        foreach (var next in source[1..])
            value = (value << 8) | next;
        return value;
    }
}
