namespace Backup.Sql.Rows;

/// <summary>
/// The first byte of every element of a key. Their order is the order of kinds in a column that mixes them: NULL,
/// numbers, text, bytes (SQLite's order), then the rest.
/// </summary>
internal static class KeyTag
{
    /// <summary>Ends the elements; what follows tells apart values that compare as equal.</summary>
    public const byte Exactness = 0x00;

    public const byte Null = 0x05;

    /// <summary>A floating-point number below every 64-bit integer.</summary>
    public const byte BelowIntegers = 0x0F;

    /// <summary>Zero; ±n of it is an integer of n bytes.</summary>
    public const byte Zero = 0x18;

    public const byte MostNegative = Zero - 8;
    public const byte MostPositive = Zero + 8;

    /// <summary>A floating-point number above every 64-bit integer, and NaN.</summary>
    public const byte AboveIntegers = 0x21;

    public const byte Text = 0x30;
    public const byte Bytes = 0x31;
    public const byte False = 0x38;
    public const byte True = 0x39;
    public const byte Decimal = 0x40;
    public const byte Date = 0x48;
    public const byte Time = 0x49;
    public const byte Timestamp = 0x4A;
    public const byte TimestampTz = 0x4B;
    public const byte Interval = 0x4C;
    public const byte Uuid = 0x4D;
    public const byte Json = 0x4E;
    public const byte Array = 0x4F;
    public const byte UserDefined = 0x50;
    public const byte EngineSpecific = 0x51;

    /// <summary>
    /// After an integer: the number lies between it and the next. Above all tags, so that it sorts after them.
    /// </summary>
    public const byte Fraction = 0xFF;

    /// <summary>After a zero byte inside bytes: the zero belongs to the value. No tag has this value.</summary>
    public const byte EscapedZero = 0xFF;

    /// <summary>In the exactness part: the number is a floating-point one.</summary>
    public const byte ExactFloat = 1;

    /// <summary>In the exactness part: the number is the negative zero.</summary>
    public const byte ExactNegativeZero = 2;

    public const long SignBit = long.MinValue;

    /// <summary>2^63: the least floating-point number above all integers.</summary>
    public const double IntegerLimit = 9223372036854775808.0;

    /// <summary>The bits of a number in the order of its value; all NaNs are one, above infinity.</summary>
    public static long Sortable(double value)
    {
        var bits = double.IsNaN(value) ? 0x7FF8_0000_0000_0000 : BitConverter.DoubleToInt64Bits(value);
        return bits < 0 ? ~bits : bits ^ SignBit;
    }

    /// <summary>The number of sortable bits.</summary>
    public static double FromSortable(long sortable) =>
        BitConverter.Int64BitsToDouble(sortable < 0 ? sortable ^ SignBit : ~sortable);
}
