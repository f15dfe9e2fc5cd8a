using System.Buffers.Binary;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Rows;

/// <summary>
/// Reads a record value by value: <see cref="MoveNext"/> until it says no. Every record of <see cref="RecordWriter"/>
/// and every record of a SQLite database in UTF-8 can be read; malformed bytes end in an error, never in another
/// exception.
/// </summary>
public ref struct RecordReader
{
    private readonly ReadOnlySpan<byte> _record;
    private readonly int _headerEnd;
    private int _headerPosition;
    private int _bodyPosition;
    private ReadOnlySpan<byte> _payload;
    private ReadOnlySpan<byte> _typeName;

    /// <summary>Starts before the first value.</summary>
    /// <param name="record">The record.</param>
    /// <exception cref="BackupSqlException">XX001 the bytes are no record.</exception>
    public RecordReader(ReadOnlySpan<byte> record)
    {
        var length = Varint.Read(record, out var header);
        if (length == 0 || header > (ulong)record.Length || header < (ulong)length)
            throw Errors.MalformedRecord("The length of the header does not fit the record.");
        _record = record;
        _headerPosition = length;
        _headerEnd = _bodyPosition = (int)header;
        Ordinal = -1;
    }

    /// <summary>Number of the current value, from 0.</summary>
    public int Ordinal { get; private set; }

    /// <summary>Kind of the current value.</summary>
    public ValueKind Kind { get; private set; }

    /// <summary>True when the current value is NULL.</summary>
    public readonly bool IsNull => Kind == ValueKind.Null;

    internal ulong SerialType { get; private set; }

    /// <summary>The current value's bytes as they stand in the record.</summary>
    internal ReadOnlySpan<byte> Body { get; private set; }

    /// <summary>Goes to the next value.</summary>
    /// <returns>False at the end.</returns>
    /// <exception cref="BackupSqlException">XX001 the bytes are no record.</exception>
    public bool MoveNext()
    {
        if (_headerPosition == _headerEnd)
            return AtEnd();

        var length = Varint.Read(_record[_headerPosition.._headerEnd], out var type);
        if (length == 0)
            throw Errors.MalformedRecord("A type code is cut off by the end of the header.");
        _headerPosition += length;
        Ordinal++;
        SerialType = type;
        var rest = _record[_bodyPosition..];
        if (type is RecordFormat.Extended or RecordFormat.EngineSpecific)
            ReadExtended(rest);
        else
            ReadPlain(type, rest);
        _bodyPosition += Body.Length;
        return true;
    }

    /// <summary>An integer; of days, times and instants the number that was written.</summary>
    /// <returns>The value.</returns>
    /// <exception cref="BackupSqlException">XX001 the value is of another kind.</exception>
    public readonly long GetInteger()
    {
        switch (Kind)
        {
            case ValueKind.Integer when SerialType >= RecordFormat.Zero:
                return (long)SerialType - RecordFormat.Zero;
            case ValueKind.Integer or ValueKind.Date or ValueKind.Time or ValueKind.Timestamp or ValueKind.TimestampTz:
                return ShortInteger.Read(_payload);
            default:
                throw Unexpected(ValueKind.Integer);
        }
    }

    /// <summary>A floating-point number.</summary>
    /// <returns>The value.</returns>
    /// <exception cref="BackupSqlException">XX001 the value is of another kind.</exception>
    public readonly double GetFloat() =>
        Kind == ValueKind.Float ? BinaryPrimitives.ReadDoubleBigEndian(_payload) : throw Unexpected(ValueKind.Float);

    /// <summary>True or false.</summary>
    /// <returns>The value.</returns>
    /// <exception cref="BackupSqlException">XX001 the value is of another kind.</exception>
    public readonly bool GetBoolean() =>
        Kind == ValueKind.Boolean ? _payload[0] != 0 : throw Unexpected(ValueKind.Boolean);

    /// <summary>
    /// The bytes of text, bytes, JSON and user-defined values, the text of a decimal, and the value of an
    /// engine-specific type without its name.
    /// </summary>
    /// <returns>A part of the record.</returns>
    /// <exception cref="BackupSqlException">XX001 the value is of another kind.</exception>
    public readonly ReadOnlySpan<byte> GetBytes() =>
        Kind is ValueKind.Text or ValueKind.Bytes or ValueKind.Json or ValueKind.UserDefined or ValueKind.Decimal
            or ValueKind.EngineSpecific
            ? _payload
            : throw Unexpected(ValueKind.Bytes);

    /// <summary>An interval.</summary>
    /// <returns>The value.</returns>
    /// <exception cref="BackupSqlException">XX001 the value is of another kind.</exception>
    public readonly IntervalValue GetInterval() => Kind == ValueKind.Interval
        ? new IntervalValue(
            BinaryPrimitives.ReadInt32BigEndian(_payload),
            BinaryPrimitives.ReadInt32BigEndian(_payload[4..]),
            BinaryPrimitives.ReadInt64BigEndian(_payload[8..]))
        : throw Unexpected(ValueKind.Interval);

    /// <summary>A UUID.</summary>
    /// <returns>The value.</returns>
    /// <exception cref="BackupSqlException">XX001 the value is of another kind.</exception>
    public readonly Guid GetUuid() =>
        Kind == ValueKind.Uuid ? new Guid(_payload, bigEndian: true) : throw Unexpected(ValueKind.Uuid);

    /// <summary>An array's number of dimensions; 0 for an empty one.</summary>
    /// <returns>The number.</returns>
    /// <exception cref="BackupSqlException">XX001 the value is of another kind, or malformed.</exception>
    public readonly int GetArrayRank()
    {
        SplitArray(out var dimensions);
        return dimensions.Length / 8;
    }

    /// <summary>An array.</summary>
    /// <param name="dimensions">Takes the dimensions: <see cref="GetArrayRank"/> of them.</param>
    /// <returns>The elements as a record of their own, the last dimension running fastest.</returns>
    /// <exception cref="BackupSqlException">XX001 the value is of another kind, or malformed.</exception>
    public readonly ReadOnlySpan<byte> GetArray(Span<ArrayDimension> dimensions)
    {
        var elements = SplitArray(out var encoded);
        for (var i = 0; i < encoded.Length / 8; i++)
        {
            dimensions[i] = new ArrayDimension(
                BinaryPrimitives.ReadInt32BigEndian(encoded[(8 * i)..]),
                BinaryPrimitives.ReadInt32BigEndian(encoded[(8 * i + 4)..]));
        }

        return elements;
    }

    /// <summary>The name of an engine-specific type, in UTF-8.</summary>
    /// <returns>A part of the record.</returns>
    /// <exception cref="BackupSqlException">XX001 the value is of another kind.</exception>
    public readonly ReadOnlySpan<byte> GetTypeName() =>
        Kind == ValueKind.EngineSpecific ? _typeName : throw Unexpected(ValueKind.EngineSpecific);

    private readonly bool AtEnd() => _bodyPosition == _record.Length
        ? false
        : throw Errors.MalformedRecord($"{_record.Length - _bodyPosition} bytes follow the last value.");

    private void ReadPlain(ulong type, ReadOnlySpan<byte> rest)
    {
        ulong length;
        if (type < RecordFormat.Extended)
        {
            length = RecordFormat.BodyLengths[(int)type];
            Kind = (ValueKind)RecordFormat.Kinds[(int)type];
        }
        else
        {
            length = (type - RecordFormat.FirstBytes) / 2;
            Kind = (type & 1) == 0 ? ValueKind.Bytes : ValueKind.Text;
        }

        if (length > (ulong)rest.Length)
            throw Errors.MalformedRecord($"Value {Ordinal} is cut off by the end of the record.");
        Body = _payload = rest[..(int)length];
    }

    private void ReadExtended(ReadOnlySpan<byte> rest)
    {
        int start;
        if (SerialType == RecordFormat.EngineSpecific)
        {
            Kind = ValueKind.EngineSpecific;
            _typeName = ReadCounted(rest, 0, out start);
        }
        else
        {
            Kind = rest.IsEmpty ? ValueKind.Null : (ValueKind)rest[0];
            if (!RecordFormat.IsExtended(Kind))
                throw Errors.MalformedRecord($"Value {Ordinal} has no known kind.");
            start = 1;
        }

        _payload = ReadCounted(rest, start, out var end);
        if (RecordFormat.PayloadLength(Kind) is >= 0 and var wanted && wanted != _payload.Length)
            throw Errors.MalformedRecord($"Value {Ordinal} of kind {Kind} takes {_payload.Length} bytes.");
        Body = rest[..end];
    }

    private readonly ReadOnlySpan<byte> ReadCounted(ReadOnlySpan<byte> rest, int start, out int end)
    {
        var prefix = Varint.Read(rest[start..], out var length);
        var first = start + prefix;
        if (prefix == 0 || length > (ulong)(rest.Length - first))
            throw Errors.MalformedRecord($"Value {Ordinal} is cut off by the end of the record.");
        end = first + (int)length;
        return rest[first..end];
    }

    private readonly ReadOnlySpan<byte> SplitArray(out ReadOnlySpan<byte> dimensions)
    {
        if (Kind != ValueKind.Array)
            throw Unexpected(ValueKind.Array);
        var prefix = Varint.Read(_payload, out var rank);
        var rest = _payload[prefix..];
        if (prefix == 0 || rank > (ulong)(rest.Length / 8))
            throw Errors.MalformedRecord($"The dimensions of array {Ordinal} do not fit it.");
        dimensions = rest[..(8 * (int)rank)];
        return rest[dimensions.Length..];
    }

    private readonly BackupSqlException Unexpected(ValueKind wanted) =>
        Errors.UnexpectedKind(wanted.ToString(), Kind.ToString());
}
