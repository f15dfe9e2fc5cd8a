namespace Backup.Sql.Rows;

/// <summary>
/// The text form of decimals in records: <c>-?(0|[1-9][0-9]*)(\.[0-9]+)?</c> without a negative zero, or <c>NaN</c>,
/// <c>Infinity</c>, <c>-Infinity</c>. Exact for every length, and trailing zeros are kept.
/// </summary>
internal readonly ref struct DecimalText
{
    /// <summary>Bytes that the longest <see cref="decimal"/> takes.</summary>
    public const int MaxLengthOfDecimal = 32;

    /// <summary>More digits than this on either side of the point are refused.</summary>
    public const int MaxDigits = 1 << 20;

    private DecimalText(DecimalClass @class, ReadOnlySpan<byte> whole, ReadOnlySpan<byte> places)
    {
        Class = @class;
        Whole = whole;
        Places = places;
    }

    public DecimalClass Class { get; }

    /// <summary>Digits before the point; empty when there is only a zero.</summary>
    public ReadOnlySpan<byte> Whole { get; }

    /// <summary>Digits after the point.</summary>
    public ReadOnlySpan<byte> Places { get; }

    /// <summary>Takes a text apart.</summary>
    /// <exception cref="ArgumentException">The text is not in the form.</exception>
    public static DecimalText Parse(ReadOnlySpan<byte> text)
    {
        if (text.SequenceEqual("NaN"u8))
            return new(DecimalClass.NotANumber, default, default);
        if (text.SequenceEqual("Infinity"u8))
            return new(DecimalClass.Infinity, default, default);
        if (text.SequenceEqual("-Infinity"u8))
            return new(DecimalClass.NegativeInfinity, default, default);

        var negative = text.StartsWith("-"u8);
        var digits = negative ? text[1..] : text;
        var point = digits.IndexOf((byte)'.');
        var whole = point < 0 ? digits : digits[..point];
        var places = point < 0 ? default : digits[(point + 1)..];
        if (whole.IsEmpty || whole.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            || places.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            || whole.Length > MaxDigits || places.Length > MaxDigits
            || (whole.Length > 1 && whole[0] == '0') || (point >= 0 && places.IsEmpty))
        {
            throw NotCanonical();
        }

        if (whole[0] == '0')
            whole = default;
        if (!whole.IsEmpty || places.ContainsAnyExcept((byte)'0'))
            return new(negative ? DecimalClass.Negative : DecimalClass.Positive, whole, places);
        return negative ? throw NotCanonical() : new(DecimalClass.Zero, whole, places);
    }

    /// <summary>Writes a <see cref="decimal"/> in the form.</summary>
    public static int Format(Span<byte> destination, decimal value)
    {
        var positiveZero = value == 0 ? Math.Abs(value) : value;
        positiveZero.TryFormat(destination, out var length, default, System.Globalization.CultureInfo.InvariantCulture);
        return length;
    }

    private static ArgumentException NotCanonical() =>
        new(
            "A decimal is at most 2^20 digits with an optional minus and point, no leading zeros; or NaN, Infinity.");
}
