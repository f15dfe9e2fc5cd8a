using System.Buffers.Binary;

namespace Backup.Sql.Rows;

/// <summary>
/// Encodes the values of one row after another: <see cref="Reset"/>, one write per column, <see cref="Finish"/>. Rows
/// of NULLs, integers, floats, text and bytes come out as records of SQLite (sqlite.org/fileformat2.html, section 2.1);
/// the other kinds use the two serial types that SQLite reserves. <c>docs/records.md</c> describes every byte.
/// </summary>
/// <remarks>Nothing is allocated per row: the memory is pooled and kept. Not for concurrent use.</remarks>
public sealed class RecordWriter : IDisposable
{
    // The header is known last but comes first. Room is kept for it before the bodies: only the header is copied.
    private const int InitialHeadroom = 64;

    private PooledBuffer _types = new(InitialHeadroom);
    private PooledBuffer _bodies = new(1024);
    private int _headroom = InitialHeadroom;

    /// <summary>Makes a writer, ready for the first row.</summary>
    public RecordWriter() => Reset();

    /// <summary>Forgets what was written and starts the next row.</summary>
    public void Reset()
    {
        _types.Reset();
        _bodies.Reset(_headroom);
    }

    /// <summary>Writes NULL.</summary>
    public void WriteNull() => _types.Append(RecordFormat.Null);

    /// <summary>Writes an integer, in the fewest bytes that hold it.</summary>
    /// <param name="value">The value.</param>
    public void WriteInteger(long value)
    {
        if (value is 0 or 1)
        {
            _types.Append((byte)(RecordFormat.Zero + value));
            return;
        }

        var type = value switch
        {
            >= sbyte.MinValue and <= sbyte.MaxValue => 1,
            >= short.MinValue and <= short.MaxValue => 2,
            >= -0x80_0000 and <= 0x7F_FFFF => 3,
            >= int.MinValue and <= int.MaxValue => 4,
            >= -0x8000_0000_0000 and <= 0x7FFF_FFFF_FFFF => 5,
            _ => 6,
        };
        _types.Append((byte)type);
        var length = RecordFormat.BodyLengths[type];
        ShortInteger.Write(_bodies.Reserve(8), value, length);
        _bodies.Advance(length);
    }

    /// <summary>Writes a floating-point number, bit for bit.</summary>
    /// <param name="value">The value.</param>
    public void WriteFloat(double value)
    {
        _types.Append(RecordFormat.Float);
        BinaryPrimitives.WriteDoubleBigEndian(_bodies.Take(8), value);
    }

    /// <summary>Writes text.</summary>
    /// <param name="utf8">The text in UTF-8; bytes that are no UTF-8 are kept as they are.</param>
    public void WriteText(ReadOnlySpan<byte> utf8)
    {
        _types.AppendVarint(RecordFormat.FirstText + 2 * (ulong)utf8.Length);
        _bodies.Append(utf8);
    }

    /// <summary>Writes bytes.</summary>
    /// <param name="value">The bytes.</param>
    public void WriteBytes(ReadOnlySpan<byte> value)
    {
        _types.AppendVarint(RecordFormat.FirstBytes + 2 * (ulong)value.Length);
        _bodies.Append(value);
    }

    /// <summary>Writes true or false.</summary>
    /// <param name="value">The value.</param>
    public void WriteBoolean(bool value) => WriteExtended(ValueKind.Boolean, 1)[0] = value ? (byte)1 : (byte)0;

    /// <summary>Writes a decimal number, trailing zeros included.</summary>
    /// <param name="value">The value.</param>
    public void WriteDecimal(decimal value)
    {
        Span<byte> text = stackalloc byte[DecimalText.MaxLengthOfDecimal];
        WriteExtended(ValueKind.Decimal, text[..DecimalText.Format(text, value)]);
    }

    /// <summary>Writes a decimal number of any length.</summary>
    /// <param name="text">
    /// Digits in ASCII with an optional minus before and point between, without leading zeros or a negative zero; or
    /// <c>NaN</c>, <c>Infinity</c>, <c>-Infinity</c>.
    /// </param>
    /// <exception cref="ArgumentException">The text is not in that form.</exception>
    public void WriteDecimal(ReadOnlySpan<byte> text)
    {
        DecimalText.Parse(text);
        WriteExtended(ValueKind.Decimal, text);
    }

    /// <summary>Writes a day.</summary>
    /// <param name="days">Days since 1970-01-01; the extremes of 32 bits stand for infinity.</param>
    public void WriteDate(int days) => BinaryPrimitives.WriteInt32BigEndian(WriteExtended(ValueKind.Date, 4), days);

    /// <summary>Writes a time of day.</summary>
    /// <param name="microseconds">Microseconds since midnight.</param>
    public void WriteTime(long microseconds) => WriteMicroseconds(ValueKind.Time, microseconds);

    /// <summary>Writes a date and time of day without a zone.</summary>
    /// <param name="microseconds">
    /// Microseconds since 1970-01-01T00:00:00; the extremes of 64 bits stand for infinity.
    /// </param>
    public void WriteTimestamp(long microseconds) => WriteMicroseconds(ValueKind.Timestamp, microseconds);

    /// <summary>Writes an instant.</summary>
    /// <param name="microseconds">
    /// Microseconds since 1970-01-01T00:00:00Z; the extremes of 64 bits stand for infinity.
    /// </param>
    public void WriteTimestampTz(long microseconds) => WriteMicroseconds(ValueKind.TimestampTz, microseconds);

    /// <summary>Writes an interval.</summary>
    /// <param name="value">The value.</param>
    public void WriteInterval(IntervalValue value)
    {
        var body = WriteExtended(ValueKind.Interval, 16);
        BinaryPrimitives.WriteInt32BigEndian(body, value.Months);
        BinaryPrimitives.WriteInt32BigEndian(body[4..], value.Days);
        BinaryPrimitives.WriteInt64BigEndian(body[8..], value.Microseconds);
    }

    /// <summary>Writes a UUID.</summary>
    /// <param name="value">The value.</param>
    public void WriteUuid(Guid value) => value.TryWriteBytes(WriteExtended(ValueKind.Uuid, 16), bigEndian: true, out _);

    /// <summary>Writes a JSON document.</summary>
    /// <param name="utf8">The document's text; it is not checked.</param>
    public void WriteJson(ReadOnlySpan<byte> utf8) => WriteExtended(ValueKind.Json, utf8);

    /// <summary>Writes a value of a user-defined type.</summary>
    /// <param name="utf8">The value's text.</param>
    public void WriteUserDefined(ReadOnlySpan<byte> utf8) => WriteExtended(ValueKind.UserDefined, utf8);

    /// <summary>Writes an array.</summary>
    /// <param name="dimensions">Its dimensions, the outermost first; none for an empty array.</param>
    /// <param name="elements">The elements, the last dimension running fastest, as a record of their own.</param>
    public void WriteArray(ReadOnlySpan<ArrayDimension> dimensions, ReadOnlySpan<byte> elements)
    {
        var length = Varint.LengthOf((ulong)dimensions.Length) + 8 * dimensions.Length;
        var body = WriteExtended(ValueKind.Array, length, elements.Length);
        body = body[Varint.Write(body, (ulong)dimensions.Length)..];
        foreach (var dimension in dimensions)
        {
            BinaryPrimitives.WriteInt32BigEndian(body, dimension.Length);
            BinaryPrimitives.WriteInt32BigEndian(body[4..], dimension.LowerBound);
            body = body[8..];
        }

        _bodies.Append(elements);
    }

    /// <summary>Writes a value that only the engine itself understands.</summary>
    /// <param name="type">The engine's name of the type in UTF-8.</param>
    /// <param name="value">The value as the engine defines it.</param>
    public void WriteEngineSpecific(ReadOnlySpan<byte> type, ReadOnlySpan<byte> value)
    {
        _types.Append(RecordFormat.EngineSpecific);
        _bodies.AppendVarint((ulong)type.Length);
        _bodies.Append(type);
        _bodies.AppendVarint((ulong)value.Length);
        _bodies.Append(value);
    }

    /// <summary>Copies the value that a reader stands on, of whatever kind, byte for byte.</summary>
    /// <param name="reader">A reader whose <see cref="RecordReader.MoveNext"/> said yes.</param>
    public void WriteValue(in RecordReader reader)
    {
        _types.AppendVarint(reader.SerialType);
        _bodies.Append(reader.Body);
    }

    /// <summary>Ends the row.</summary>
    /// <returns>The record; valid until the next call on this writer.</returns>
    public ReadOnlySpan<byte> Finish()
    {
        var prefix = 1;
        while (Varint.LengthOf((ulong)(_types.Length + prefix)) > prefix)
            prefix++;
        var header = _types.Length + prefix;
        if (header > _headroom)
            RaiseHeadroom(header);

        var record = _bodies.Written[(_headroom - header)..];
        Varint.Write(record, (ulong)header);
        _types.Written.CopyTo(record[prefix..]);
        return record;
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        _types.Dispose();
        _bodies.Dispose();
    }

    private void RaiseHeadroom(int header)
    {
        var raised = checked(header * 2);
        var length = _bodies.Length - _headroom;
        _bodies.Take(raised - _headroom);
        var all = _bodies.Written;
        all.Slice(_headroom, length).CopyTo(all[raised..]);
        _headroom = raised;
    }

    private void WriteMicroseconds(ValueKind kind, long value) =>
        BinaryPrimitives.WriteInt64BigEndian(WriteExtended(kind, 8), value);

    private void WriteExtended(ValueKind kind, ReadOnlySpan<byte> payload) =>
        payload.CopyTo(WriteExtended(kind, payload.Length));

    /// <summary>
    /// Starts a payload of <paramref name="length"/> bytes given back, and <paramref name="more"/> to follow.
    /// </summary>
    private Span<byte> WriteExtended(ValueKind kind, int length, int more = 0)
    {
        _types.Append(RecordFormat.Extended);
        _bodies.Append((byte)kind);
        _bodies.AppendVarint((ulong)length + (ulong)more);
        return _bodies.Take(length);
    }
}
