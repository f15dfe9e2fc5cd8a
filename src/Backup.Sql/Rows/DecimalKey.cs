using System.Buffers.Binary;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Rows;

/// <summary>
/// Takes decimals of keys apart: class, exponent, digits in pairs plus one, zero; inverted when negative.
/// </summary>
internal static class DecimalKey
{
    private const int DigitsStart = 5;

    /// <summary>Length of an encoded decimal without its tag.</summary>
    public static int LengthOf(ReadOnlySpan<byte> rest)
    {
        if (rest.IsEmpty || !Enum.IsDefined((DecimalClass)rest[0]))
            throw Errors.MalformedKey("A decimal has no known class.");
        var numberClass = (DecimalClass)rest[0];
        if (numberClass is not (DecimalClass.Negative or DecimalClass.Positive))
            return 1;
        var end = rest.Length < DigitsStart ? -1 : rest[DigitsStart..].IndexOf(Inversion(numberClass));
        return end > 0 ? DigitsStart + end + 1 : throw Errors.MalformedKey("A decimal has no end.");
    }

    /// <summary>Writes the decimal's text, or only counts it when there is no destination.</summary>
    /// <param name="body">The encoded decimal.</param>
    /// <param name="exactness">The number of digits after the point where it is not the least.</param>
    /// <param name="destination">Takes the text; empty to count only.</param>
    public static int Decode(ReadOnlySpan<byte> body, ReadOnlySpan<byte> exactness, Span<byte> destination)
    {
        var name = (DecimalClass)body[0] switch
        {
            DecimalClass.NegativeInfinity => "-Infinity"u8,
            DecimalClass.Infinity => "Infinity"u8,
            DecimalClass.NotANumber => "NaN"u8,
            _ => default,
        };
        if (name.IsEmpty)
            return DecodeNumber(body, exactness, destination);
        if (!destination.IsEmpty)
            name.CopyTo(destination);
        return name.Length;
    }

    private static int DecodeNumber(ReadOnlySpan<byte> body, ReadOnlySpan<byte> exactness, Span<byte> destination)
    {
        var numberClass = (DecimalClass)body[0];
        var inversion = Inversion(numberClass);
        var pairs = numberClass == DecimalClass.Zero ? default : body[DigitsStart..^1];
        var exponent = 0;
        if (!pairs.IsEmpty)
        {
            exponent = BinaryPrimitives.ReadInt32BigEndian(body[1..]) ^ int.MinValue;
            exponent = inversion == 0 ? exponent : ~exponent;
        }

        var digits = 2 * pairs.Length - (!pairs.IsEmpty && (Pair(pairs[^1], inversion) % 10) == 0 ? 1 : 0);
        var scale = Math.Max(0, digits - exponent);
        if (!exactness.IsEmpty)
        {
            Varint.Read(exactness, out var exactScale);
            scale = (int)Math.Min(exactScale, int.MaxValue);
        }

        var isTooLong = Math.Abs((long)exponent) > DecimalText.MaxDigits || scale > DecimalText.MaxDigits;
        if (isTooLong || scale < digits - exponent)
            throw Errors.MalformedKey("A decimal has more digits than allowed.");
        return Print(pairs, inversion, exponent, scale, destination);
    }

    private static int Print(
        ReadOnlySpan<byte> pairs, byte inversion, int exponent, int scale, Span<byte> destination)
    {
        var sign = inversion == 0 ? 0 : 1;
        var whole = Math.Max(1, exponent);
        var length = sign + whole + (scale > 0 ? scale + 1 : 0);
        if (destination.IsEmpty)
            return length;
        if (sign > 0)
            destination[0] = (byte)'-';
        var text = destination[sign..length];
        for (var i = 0; i < whole; i++)
            text[i] = Digit(pairs, inversion, exponent >= 1 ? i : -1);
        if (scale == 0)
            return length;
        text[whole] = (byte)'.';
        for (var i = 0; i < scale; i++)
            text[whole + 1 + i] = Digit(pairs, inversion, exponent + i);
        return length;
    }

    private static byte Digit(ReadOnlySpan<byte> pairs, byte inversion, int index)
    {
        if (index < 0 || index / 2 >= pairs.Length)
            return (byte)'0';
        var pair = Pair(pairs[index / 2], inversion);
        return (byte)('0' + (index % 2 == 0 ? pair / 10 : pair % 10));
    }

    private static int Pair(byte encoded, byte inversion)
    {
        var pair = (encoded ^ inversion) - 1;
        return pair is >= 0 and <= 99 ? pair : throw Errors.MalformedKey("A decimal holds a byte that is no digit.");
    }

    private static byte Inversion(DecimalClass numberClass) =>
        numberClass == DecimalClass.Negative ? (byte)0xFF : (byte)0;
}
