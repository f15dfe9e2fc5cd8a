using System.Numerics;

namespace Backup.Sql.Rows;

/// <summary>
/// The variable-length integers of SQLite's record format (sqlite.org/fileformat2.html, section 1.6): big-endian groups
/// of seven bits with a continuation bit, the ninth byte whole.
/// </summary>
internal static class Varint
{
    public const int MaxLength = 9;

    public static int LengthOf(ulong value)
    {
        var bits = 64 - BitOperations.LeadingZeroCount(value | 1);
        return bits > 56 ? MaxLength : (bits + 6) / 7;
    }

    public static int Write(Span<byte> destination, ulong value)
    {
        var length = LengthOf(value);
        if (length == MaxLength)
        {
            destination[8] = (byte)value;
            value >>= 8;
            for (var i = 7; i >= 0; i--, value >>= 7)
                destination[i] = (byte)(value | 0x80);
            return length;
        }

        destination[length - 1] = (byte)(value & 0x7F);
        value >>= 7;
        for (var i = length - 2; i >= 0; i--, value >>= 7)
            destination[i] = (byte)(value | 0x80);
        return length;
    }

    /// <summary>Reads one; gives its length, or 0 when the bytes end too early.</summary>
    public static int Read(ReadOnlySpan<byte> source, out ulong value)
    {
        if (source.Length > 0 && source[0] < 0x80)
        {
            value = source[0];
            return 1;
        }

        return ReadLong(source, out value);
    }

    private static int ReadLong(ReadOnlySpan<byte> source, out ulong value)
    {
        value = 0;
        for (var i = 0; i < source.Length && i < MaxLength - 1; i++)
        {
            value = (value << 7) | (source[i] & 0x7FUL);
            if (source[i] < 0x80)
                return i + 1;
        }

        if (source.Length < MaxLength)
            return 0;
        value = (value << 8) | source[8];
        return MaxLength;
    }
}
