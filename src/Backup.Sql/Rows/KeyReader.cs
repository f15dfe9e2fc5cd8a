using System.Buffers.Binary;
using System.Text;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Rows;

/// <summary>
/// Reads the values of a key that <see cref="KeyWriter"/> wrote: <see cref="MoveNext"/> until it says no. Malformed
/// bytes end in an error, never in another exception.
/// </summary>
public ref struct KeyReader
{
    private readonly ReadOnlySpan<byte> _key;
    private ReadOnlySpan<byte> _body;
    private byte _tag;
    private int _position;
    private int _exactnessStart;

    /// <summary>Starts before the first value.</summary>
    /// <param name="key">The key.</param>
    public KeyReader(ReadOnlySpan<byte> key)
    {
        _key = key;
        _exactnessStart = -1;
        Ordinal = -1;
    }

    /// <summary>Number of the current value, from 0.</summary>
    public int Ordinal { get; private set; }

    /// <summary>Kind of the current value.</summary>
    public ValueKind Kind { get; private set; }

    /// <summary>True when the current value is NULL.</summary>
    public readonly bool IsNull => Kind == ValueKind.Null;

    /// <summary>Goes to the next value.</summary>
    /// <returns>False at the end.</returns>
    /// <exception cref="BackupSqlException">XX001 the bytes are no key.</exception>
    public bool MoveNext()
    {
        if (_position == _key.Length || _key[_position] == KeyTag.Exactness)
            return false;
        var length = LengthOfElement(_key[_position..]);
        _tag = _key[_position];
        _body = _key.Slice(_position + 1, length - 1);
        _position += length;
        Ordinal++;
        Kind = KindOfElement();
        return true;
    }

    /// <summary>An integer; of days, times and instants the number that was written.</summary>
    /// <returns>The value.</returns>
    /// <exception cref="BackupSqlException">XX001 the value is of another kind.</exception>
    public readonly long GetInteger() => Kind switch
    {
        ValueKind.Integer => ReadWhole(),
        ValueKind.Date => BinaryPrimitives.ReadInt32BigEndian(_body) ^ int.MinValue,
        ValueKind.Time or ValueKind.Timestamp or ValueKind.TimestampTz =>
            BinaryPrimitives.ReadInt64BigEndian(_body) ^ KeyTag.SignBit,
        _ => throw Unexpected(ValueKind.Integer),
    };

    /// <summary>A floating-point number.</summary>
    /// <returns>The value.</returns>
    /// <exception cref="BackupSqlException">XX001 the value is of another kind.</exception>
    public double GetFloat()
    {
        if (Kind != ValueKind.Float)
            throw Unexpected(ValueKind.Float);
        if (_tag is KeyTag.BelowIntegers or KeyTag.AboveIntegers || _body.Length > WholeLength(_tag))
            return KeyTag.FromSortable(BinaryPrimitives.ReadInt64BigEndian(_body[^8..]));
        var negativeZero = FindExactness() is [KeyTag.ExactNegativeZero];
        return negativeZero ? double.NegativeZero : ReadWhole();
    }

    /// <summary>True or false.</summary>
    /// <returns>The value.</returns>
    /// <exception cref="BackupSqlException">XX001 the value is of another kind.</exception>
    public readonly bool GetBoolean() =>
        Kind == ValueKind.Boolean ? _tag == KeyTag.True : throw Unexpected(ValueKind.Boolean);

    /// <summary>A UUID.</summary>
    /// <returns>The value.</returns>
    /// <exception cref="BackupSqlException">XX001 the value is of another kind.</exception>
    public readonly Guid GetUuid() =>
        Kind == ValueKind.Uuid ? new Guid(_body, bigEndian: true) : throw Unexpected(ValueKind.Uuid);

    /// <summary>An interval.</summary>
    /// <returns>The value.</returns>
    /// <exception cref="BackupSqlException">XX001 the value is of another kind, or malformed.</exception>
    public IntervalValue GetInterval()
    {
        if (Kind != ValueKind.Interval)
            throw Unexpected(ValueKind.Interval);
        var length = BinaryPrimitives.ReadInt128BigEndian(_body) ^ Int128.MinValue;
        var exact = FindExactness();
        if (exact.Length == 8)
        {
            return IntervalValue.FromComparable(
                length, BinaryPrimitives.ReadInt32BigEndian(exact), BinaryPrimitives.ReadInt32BigEndian(exact[4..]));
        }

        return IntervalValue.Usual(length) ?? throw Errors.MalformedKey("An interval has months out of range.");
    }

    /// <summary>
    /// Number of bytes that <see cref="CopyBytesTo"/> gives: of text, bytes, JSON and user-defined values, of a
    /// decimal's text, of an array's elements, of the value of an engine-specific type.
    /// </summary>
    /// <returns>The number.</returns>
    /// <exception cref="BackupSqlException">XX001 the value is of another kind, or malformed.</exception>
    public int GetBytesLength() => Kind switch
    {
        ValueKind.Decimal => DecimalKey.Decode(_body, FindExactness(), default),
        ValueKind.Text or ValueKind.Bytes or ValueKind.Json or ValueKind.UserDefined or ValueKind.Array =>
            Unescape(_body, default),
        ValueKind.EngineSpecific => Unescape(ValueOfEngineSpecific(), default),
        _ => throw Unexpected(ValueKind.Bytes),
    };

    /// <summary>Copies a value of the kinds that <see cref="GetBytesLength"/> names.</summary>
    /// <param name="destination">Takes the bytes; at least <see cref="GetBytesLength"/> long.</param>
    /// <exception cref="BackupSqlException">XX001 the value is of another kind, or malformed.</exception>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public void CopyBytesTo(Span<byte> destination)
    {
        if (destination.Length < GetBytesLength())
            throw new ArgumentException("The destination is shorter than the value.", nameof(destination));
        if (destination.IsEmpty)
            return;
        if (Kind == ValueKind.Decimal)
            DecimalKey.Decode(_body, FindExactness(), destination);
        else
            Unescape(Kind == ValueKind.EngineSpecific ? ValueOfEngineSpecific() : _body, destination);
    }

    /// <summary>
    /// An array's dimensions, the outermost first. Its elements are a key that <see cref="CopyBytesTo"/> gives.
    /// </summary>
    /// <returns>The dimensions; none for an empty array.</returns>
    /// <exception cref="BackupSqlException">XX001 the value is of another kind, or malformed.</exception>
    public ArrayDimension[] GetArrayDimensions()
    {
        if (Kind != ValueKind.Array)
            throw Unexpected(ValueKind.Array);
        var exact = FindExactness();
        if (exact.IsEmpty)
        {
            var elements = new byte[GetBytesLength()];
            CopyBytesTo(elements);
            var count = CountElements(elements);
            return count == 0 ? [] : [new ArrayDimension(count)];
        }

        var dimensions = new ArrayDimension[exact.Length / 8];
        for (var i = 0; i < dimensions.Length; i++)
        {
            dimensions[i] = new ArrayDimension(
                BinaryPrimitives.ReadInt32BigEndian(exact[(8 * i)..]),
                BinaryPrimitives.ReadInt32BigEndian(exact[(8 * i + 4)..]));
        }

        return dimensions;
    }

    /// <summary>The name of an engine-specific type.</summary>
    /// <returns>The name.</returns>
    /// <exception cref="BackupSqlException">XX001 the value is of another kind.</exception>
    public readonly string GetTypeName()
    {
        if (Kind != ValueKind.EngineSpecific)
            throw Unexpected(ValueKind.EngineSpecific);
        var name = new byte[Unescape(_body, default)];
        Unescape(_body, name);
        return Encoding.UTF8.GetString(name);
    }

    internal static int CountElements(ReadOnlySpan<byte> key)
    {
        var count = 0;
        while (!key.IsEmpty && key[0] != KeyTag.Exactness)
        {
            key = key[LengthOfElement(key)..];
            count++;
        }

        return count;
    }

    private ValueKind KindOfElement() => _tag switch
    {
        KeyTag.Null => ValueKind.Null,
        KeyTag.BelowIntegers or KeyTag.AboveIntegers => ValueKind.Float,
        >= KeyTag.MostNegative and <= KeyTag.MostPositive =>
            _body.Length > WholeLength(_tag) || !FindExactness().IsEmpty ? ValueKind.Float : ValueKind.Integer,
        KeyTag.Text => ValueKind.Text,
        KeyTag.Bytes => ValueKind.Bytes,
        KeyTag.False or KeyTag.True => ValueKind.Boolean,
        KeyTag.Decimal => ValueKind.Decimal,
        _ => _tag - KeyTag.Date + ValueKind.Date,
    };

    private readonly long ReadWhole()
    {
        var length = WholeLength(_tag);
        ulong magnitude = 0;
        foreach (var part in _body[..length])
            magnitude = (magnitude << 8) | part;
        if (_tag >= KeyTag.Zero)
            return magnitude <= long.MaxValue ? (long)magnitude : throw OutOfRange();
        var lost = length == 8 ? 0 : ulong.MaxValue << (8 * length);
        magnitude = ~(magnitude | lost);
        return magnitude <= 1UL << 63 ? (long)(0 - magnitude) : throw OutOfRange();
    }

    private static BackupSqlException OutOfRange() => Errors.MalformedKey("An integer is out of range.");

    private static int WholeLength(byte tag) => Math.Abs(tag - KeyTag.Zero);

    private static int LengthOfElement(ReadOnlySpan<byte> rest)
    {
        var tag = rest[0];
        var length = tag switch
        {
            KeyTag.Null or KeyTag.False or KeyTag.True => 1,
            KeyTag.BelowIntegers or KeyTag.AboveIntegers => 9,
            >= KeyTag.MostNegative and <= KeyTag.MostPositive => LengthOfNumber(rest),
            KeyTag.Text or KeyTag.Bytes or KeyTag.Json or KeyTag.Array or KeyTag.UserDefined =>
                1 + LengthOfEscaped(rest[1..]),
            KeyTag.EngineSpecific => LengthOfEngineSpecific(rest),
            KeyTag.Decimal => 1 + DecimalKey.LengthOf(rest[1..]),
            KeyTag.Date => 5,
            KeyTag.Time or KeyTag.Timestamp or KeyTag.TimestampTz => 9,
            KeyTag.Interval or KeyTag.Uuid => 17,
            _ => throw Errors.MalformedKey($"No element starts with byte {tag:X2}."),
        };
        return length <= rest.Length ? length : throw CutOff();
    }

    private static int LengthOfNumber(ReadOnlySpan<byte> rest)
    {
        var length = 1 + WholeLength(rest[0]);
        return length < rest.Length && rest[length] == KeyTag.Fraction ? length + 9 : length;
    }

    private static int LengthOfEngineSpecific(ReadOnlySpan<byte> rest)
    {
        var name = 1 + LengthOfEscaped(rest[1..]);
        return name < rest.Length && rest[name] == KeyTag.Bytes
            ? name + 1 + LengthOfEscaped(rest[(name + 1)..])
            : throw Errors.MalformedKey("A value of an engine-specific type follows no name.");
    }

    private readonly ReadOnlySpan<byte> ValueOfEngineSpecific() => _body[(LengthOfEscaped(_body) + 1)..];

    private static int LengthOfEscaped(ReadOnlySpan<byte> rest)
    {
        for (var position = 0; ;)
        {
            var zero = rest[position..].IndexOf((byte)0);
            if (zero < 0)
                throw CutOff();
            position += zero + 1;
            if (position == rest.Length || rest[position] != KeyTag.EscapedZero)
                return position;
            position++;
        }
    }

    /// <summary>Copies what escaped bytes mean, or only counts it when there is no destination.</summary>
    private static int Unescape(ReadOnlySpan<byte> escaped, Span<byte> destination)
    {
        var length = 0;
        while (true)
        {
            var zero = escaped.IndexOf((byte)0);
            var isEnd = zero + 1 == escaped.Length || escaped[zero + 1] != KeyTag.EscapedZero;
            var part = escaped[..(isEnd ? zero : zero + 1)];
            if (!destination.IsEmpty)
                part.CopyTo(destination[length..]);
            length += part.Length;
            if (isEnd)
                return length;
            escaped = escaped[(zero + 2)..];
        }
    }

    /// <summary>What tells the current value apart from those that compare as equal; empty for the usual one.</summary>
    private ReadOnlySpan<byte> FindExactness()
    {
        if (_exactnessStart < 0)
        {
            _exactnessStart = _position;
            while (_exactnessStart < _key.Length && _key[_exactnessStart] != KeyTag.Exactness)
                _exactnessStart += LengthOfElement(_key[_exactnessStart..]);
        }

        var rest = _exactnessStart < _key.Length ? _key[(_exactnessStart + 1)..] : default;
        while (!rest.IsEmpty)
        {
            var ordinal = TakeVarint(ref rest);
            var length = TakeVarint(ref rest);
            if (length > (ulong)rest.Length)
                throw CutOff();
            if (ordinal == (ulong)Ordinal)
                return rest[..(int)length];
            rest = rest[(int)length..];
        }

        return default;
    }

    private static ulong TakeVarint(ref ReadOnlySpan<byte> rest)
    {
        var length = Varint.Read(rest, out var value);
        rest = length > 0 ? rest[length..] : throw CutOff();
        return value;
    }

    private static BackupSqlException CutOff() => Errors.MalformedKey("It ends in the middle of an element.");

    private readonly BackupSqlException Unexpected(ValueKind wanted) =>
        Errors.UnexpectedKind(wanted.ToString(), Kind.ToString());
}
