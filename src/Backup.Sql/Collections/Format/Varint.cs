namespace Backup.Sql.Collections.Format;

/// <summary>Unsigned integers in groups of seven bits, least significant first (LEB128), at most ten bytes.</summary>
internal static class Varint
{
    /// <summary>The most bytes that one integer takes.</summary>
    public const int MaxBytes = 10;

    /// <summary>Writes an integer.</summary>
    /// <param name="destination">At least <see cref="MaxBytes"/> bytes.</param>
    /// <param name="value">The integer.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(Span<byte> destination, ulong value)
    {
        var length = 0;
        while (value >= 0x80)
        {
            destination[length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        destination[length++] = (byte)value;
        return length;
    }

    /// <summary>Reads an integer.</summary>
    /// <param name="source">Bytes that start with it.</param>
    /// <param name="value">The integer.</param>
    /// <returns>Bytes read; 0 if no integer stands there.</returns>
    public static int Read(ReadOnlySpan<byte> source, out ulong value)
    {
        value = 0;
        for (var length = 0; length < source.Length && length < MaxBytes; length++)
        {
            var group = source[length];
            if (length == MaxBytes - 1 && group > 1)
                return 0;
            value |= (ulong)(group & 0x7F) << (7 * length);
            if (group < 0x80)
                return length + 1;
        }

        return 0;
    }

    /// <summary>Maps signed to unsigned so that numbers near zero stay short.</summary>
    /// <param name="value">The signed number.</param>
    /// <returns>0, -1, 1, -2 … as 0, 1, 2, 3 …</returns>
    public static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));

    /// <summary>The inverse of <see cref="ZigZag"/>.</summary>
    /// <param name="value">The mapped number.</param>
    /// <returns>The signed number.</returns>
    public static long UnZigZag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);
}
