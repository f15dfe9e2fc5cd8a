using System.Buffers.Binary;

namespace Backup.Sql.Rows;

/// <summary>
/// Encodes keys so that comparing their bytes compares their values: <see cref="Reset"/>, one write per key column,
/// <see cref="Written"/>. NULL comes first; then numbers, integers and floats by value; then text and bytes, byte by
/// byte; then the other kinds, each by value. A tuple is compared element by element. Values that differ but compare as
/// equal (1 and 1.0, decimals 1.5 and 1.50) give different keys beside each other. <c>docs/records.md</c> describes
/// every byte.
/// </summary>
/// <remarks>Nothing is allocated per row: the memory is pooled and kept. Not for concurrent use.</remarks>
public sealed class KeyWriter : IDisposable
{
    private PooledBuffer _key = new(256);

    // What the ordered part forgets: number, length and bytes for each element concerned.
    private PooledBuffer _exactness = new(0);
    private int _elements;

    /// <summary>The key. Valid until the next call on this writer.</summary>
    public ReadOnlySpan<byte> Written
    {
        get
        {
            if (_exactness.Length == 0)
                return _key.Written;
            var ordered = _key.Length;
            _key.Append(KeyTag.Exactness);
            _key.Append(_exactness.Written);
            var whole = _key.Written;
            _key.Advance(ordered - whole.Length);
            return whole;
        }
    }

    /// <summary>Forgets what was written and starts the next key.</summary>
    public void Reset()
    {
        _key.Reset();
        _exactness.Reset();
        _elements = 0;
    }

    /// <summary>Writes NULL.</summary>
    public void WriteNull() => WriteTag(KeyTag.Null);

    /// <summary>Writes an integer.</summary>
    /// <param name="value">The value.</param>
    public void WriteInteger(long value)
    {
        var negative = value < 0;
        var magnitude = negative ? 0 - (ulong)value : (ulong)value;
        var length = (71 - System.Numerics.BitOperations.LeadingZeroCount(magnitude)) / 8;
        WriteTag((byte)(negative ? KeyTag.Zero - length : KeyTag.Zero + length));
        ShortInteger.Write(_key.Reserve(8), (long)(negative ? ~magnitude : magnitude), length);
        _key.Advance(length);
    }

    /// <summary>Writes a floating-point number. NaN comes after all numbers, whatever its bits.</summary>
    /// <param name="value">The value.</param>
    public void WriteFloat(double value)
    {
        if (double.IsNaN(value) || value is >= KeyTag.IntegerLimit or < -KeyTag.IntegerLimit)
        {
            WriteTag(value < 0 ? KeyTag.BelowIntegers : KeyTag.AboveIntegers);
            BinaryPrimitives.WriteInt64BigEndian(_key.Take(8), KeyTag.Sortable(value));
            return;
        }

        var whole = Math.Floor(value);
        WriteInteger((long)whole);
        if (whole == value)
        {
            WriteExactness(1)[0] = double.IsNegative(value) && value == 0
                ? KeyTag.ExactNegativeZero
                : KeyTag.ExactFloat;
            return;
        }

        _key.Append(KeyTag.Fraction);
        BinaryPrimitives.WriteInt64BigEndian(_key.Take(8), KeyTag.Sortable(value));
    }

    /// <summary>Writes text; it is ordered by its bytes.</summary>
    /// <param name="utf8">The text in UTF-8.</param>
    public void WriteText(ReadOnlySpan<byte> utf8) => WriteEscaped(KeyTag.Text, utf8);

    /// <summary>Writes bytes.</summary>
    /// <param name="value">The bytes.</param>
    public void WriteBytes(ReadOnlySpan<byte> value) => WriteEscaped(KeyTag.Bytes, value);

    /// <summary>Writes true or false.</summary>
    /// <param name="value">The value.</param>
    public void WriteBoolean(bool value) => WriteTag(value ? KeyTag.True : KeyTag.False);

    /// <summary>Writes a decimal number.</summary>
    /// <param name="value">The value.</param>
    public void WriteDecimal(decimal value)
    {
        Span<byte> text = stackalloc byte[DecimalText.MaxLengthOfDecimal];
        WriteDecimal(text[..DecimalText.Format(text, value)]);
    }

    /// <summary>Writes a decimal number of any length; NaN comes after all others.</summary>
    /// <param name="text">
    /// The number in the form of <see cref="RecordWriter.WriteDecimal(ReadOnlySpan{byte})"/>.
    /// </param>
    /// <exception cref="ArgumentException">The text is not in that form.</exception>
    public void WriteDecimal(ReadOnlySpan<byte> text)
    {
        var number = DecimalText.Parse(text);
        WriteTag(KeyTag.Decimal);
        _key.Append((byte)number.Class);
        var shortestScale = 0;
        if (number.Class is DecimalClass.Negative or DecimalClass.Positive)
            shortestScale = WriteDigits(number);
        if (number.Places.Length != shortestScale)
            Varint.Write(WriteExactness(Varint.LengthOf((ulong)number.Places.Length)), (ulong)number.Places.Length);
    }

    /// <summary>Writes a day.</summary>
    /// <param name="days">Days since 1970-01-01.</param>
    public void WriteDate(int days)
    {
        WriteTag(KeyTag.Date);
        BinaryPrimitives.WriteInt32BigEndian(_key.Take(4), days ^ int.MinValue);
    }

    /// <summary>Writes a time of day.</summary>
    /// <param name="microseconds">Microseconds since midnight.</param>
    public void WriteTime(long microseconds) => WriteMicroseconds(KeyTag.Time, microseconds);

    /// <summary>Writes a date and time of day without a zone.</summary>
    /// <param name="microseconds">Microseconds since 1970-01-01T00:00:00.</param>
    public void WriteTimestamp(long microseconds) => WriteMicroseconds(KeyTag.Timestamp, microseconds);

    /// <summary>Writes an instant.</summary>
    /// <param name="microseconds">Microseconds since 1970-01-01T00:00:00Z.</param>
    public void WriteTimestampTz(long microseconds) => WriteMicroseconds(KeyTag.TimestampTz, microseconds);

    /// <summary>Writes an interval; a month counts 30 days and a day 24 hours.</summary>
    /// <param name="value">The value.</param>
    public void WriteInterval(IntervalValue value)
    {
        WriteTag(KeyTag.Interval);
        var length = value.ComparableMicroseconds;
        BinaryPrimitives.WriteInt128BigEndian(_key.Take(16), length ^ Int128.MinValue);
        if (value == IntervalValue.Usual(length))
            return;
        var parts = WriteExactness(8);
        BinaryPrimitives.WriteInt32BigEndian(parts, value.Months);
        BinaryPrimitives.WriteInt32BigEndian(parts[4..], value.Days);
    }

    /// <summary>Writes a UUID.</summary>
    /// <param name="value">The value; ordered by its bytes in the order of its text.</param>
    public void WriteUuid(Guid value)
    {
        WriteTag(KeyTag.Uuid);
        value.TryWriteBytes(_key.Take(16), bigEndian: true, out _);
    }

    /// <summary>Writes a JSON document; it is ordered by its text's bytes.</summary>
    /// <param name="utf8">The document's text.</param>
    public void WriteJson(ReadOnlySpan<byte> utf8) => WriteEscaped(KeyTag.Json, utf8);

    /// <summary>Writes a value of a user-defined type; it is ordered by its text's bytes.</summary>
    /// <param name="utf8">The value's text.</param>
    public void WriteUserDefined(ReadOnlySpan<byte> utf8) => WriteEscaped(KeyTag.UserDefined, utf8);

    /// <summary>Writes an array; it is ordered element by element, the shorter one first.</summary>
    /// <param name="dimensions">Its dimensions, the outermost first; none for an empty array.</param>
    /// <param name="elements">The elements, the last dimension running fastest, as a key of their own.</param>
    /// <exception cref="Diagnostics.BackupSqlException">XX001 the elements are no key.</exception>
    public void WriteArray(ReadOnlySpan<ArrayDimension> dimensions, ReadOnlySpan<byte> elements)
    {
        WriteEscaped(KeyTag.Array, elements);
        var count = KeyReader.CountElements(elements);
        if (count == 0 ? dimensions.IsEmpty : dimensions.Length == 1 && dimensions[0] == new ArrayDimension(count))
            return;
        var parts = WriteExactness(8 * dimensions.Length);
        foreach (var dimension in dimensions)
        {
            BinaryPrimitives.WriteInt32BigEndian(parts, dimension.Length);
            BinaryPrimitives.WriteInt32BigEndian(parts[4..], dimension.LowerBound);
            parts = parts[8..];
        }
    }

    /// <summary>
    /// Writes a value that only the engine itself understands; it is ordered by type name, then by its bytes.
    /// </summary>
    /// <param name="type">The engine's name of the type in UTF-8.</param>
    /// <param name="value">The value as the engine defines it.</param>
    public void WriteEngineSpecific(ReadOnlySpan<byte> type, ReadOnlySpan<byte> value)
    {
        WriteEscaped(KeyTag.EngineSpecific, type);
        _key.Append(KeyTag.Bytes);
        AppendEscaped(value);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        _key.Dispose();
        _exactness.Dispose();
    }

    private void WriteTag(byte tag)
    {
        _elements++;
        _key.Append(tag);
    }

    private void WriteMicroseconds(byte tag, long value)
    {
        WriteTag(tag);
        BinaryPrimitives.WriteInt64BigEndian(_key.Take(8), value ^ KeyTag.SignBit);
    }

    private void WriteEscaped(byte tag, ReadOnlySpan<byte> value)
    {
        WriteTag(tag);
        AppendEscaped(value);
    }

    /// <summary>A zero ends the bytes; a zero of the value is followed by a byte that no tag has.</summary>
    private void AppendEscaped(ReadOnlySpan<byte> value)
    {
        for (var zero = value.IndexOf((byte)0); zero >= 0; zero = value.IndexOf((byte)0))
        {
            _key.Append(value[..(zero + 1)]);
            _key.Append(KeyTag.EscapedZero);
            value = value[(zero + 1)..];
        }

        _key.Append(value);
        _key.Append((byte)0);
    }

    /// <summary>
    /// Writes the exponent, then the digits in pairs plus one, then zero; all of it inverted for a negative number.
    /// </summary>
    /// <returns>The digits after the point that the value needs.</returns>
    private int WriteDigits(in DecimalText number)
    {
        var whole = number.Whole;
        var places = number.Places;
        var first = whole.IsEmpty ? places.IndexOfAnyExcept((byte)'0') : 0;
        var last = whole.Length + places.LastIndexOfAnyExcept((byte)'0');
        if (last < whole.Length)
            last = whole.LastIndexOfAnyExcept((byte)'0');
        var exponent = whole.IsEmpty ? -first : whole.Length;
        var digits = last - first + 1;

        var start = _key.Length;
        BinaryPrimitives.WriteInt32BigEndian(_key.Take(4), exponent ^ int.MinValue);
        for (var i = first; i <= last; i += 2)
        {
            var tens = Digit(i, whole, places);
            var units = i < last ? Digit(i + 1, whole, places) : 0;
            _key.Append((byte)(tens * 10 + units + 1));
        }

        _key.Append((byte)0);
        if (number.Class == DecimalClass.Negative)
        {
            foreach (ref var inverted in _key.Written[start..])
                inverted = (byte)~inverted;
        }

        return Math.Max(0, digits - exponent);
    }

    private static int Digit(int index, ReadOnlySpan<byte> whole, ReadOnlySpan<byte> places) =>
        (index < whole.Length ? whole[index] : places[index - whole.Length]) - '0';

    private Span<byte> WriteExactness(int length)
    {
        _exactness.AppendVarint((ulong)(_elements - 1));
        _exactness.AppendVarint((ulong)length);
        return _exactness.Take(length);
    }
}
