using System.Buffers.Binary;

namespace Backup.Sql.Postgres.Rows;

/// <summary>
/// Writes the text of a numeric out of its binary form (src/backend/utils/adt/numeric.c, numeric_send): number of
/// digits, weight of the first, sign, scale, then digits to the base 10,000. The scale is kept. The memory is reused.
/// </summary>
internal sealed class NumericText
{
    private const int DigitsPerGroup = 4;
    private const ushort Negative = 0x4000;
    private const ushort NotANumber = 0xC000;
    private const ushort Infinity = 0xD000;
    private const ushort NegativeInfinity = 0xF000;
    private byte[] _text = new byte[64];

    /// <summary>The text; valid until the next call.</summary>
    public ReadOnlySpan<byte> Format(ReadOnlySpan<byte> field)
    {
        int groups = BinaryPrimitives.ReadUInt16BigEndian(field);
        int weight = BinaryPrimitives.ReadInt16BigEndian(field[2..]);
        var sign = BinaryPrimitives.ReadUInt16BigEndian(field[4..]);
        int scale = BinaryPrimitives.ReadUInt16BigEndian(field[6..]);
        return sign switch
        {
            NotANumber => "NaN"u8,
            Infinity => "Infinity"u8,
            NegativeInfinity => "-Infinity"u8,
            _ => Format(field[8..], groups, weight, sign == Negative, scale),
        };
    }

    private ReadOnlySpan<byte> Format(ReadOnlySpan<byte> digits, int groups, int weight, bool isNegative, int scale)
    {
        var needed = (Math.Max(0, weight + 1) * DigitsPerGroup) + scale + (2 * DigitsPerGroup) + 2;
        if (_text.Length < needed)
            _text = new byte[needed * 2];
        var position = 0;
        if (isNegative && groups > 0)
            _text[position++] = (byte)'-';
        var start = position;
        for (var group = 0; group <= weight; group++)
            position = Append(Group(digits, groups, group), position, group == 0 || position == start);
        if (position == start)
            _text[position++] = (byte)'0';
        if (scale == 0)
            return _text.AsSpan(0, position);
        _text[position++] = (byte)'.';
        var end = position + scale;
        for (var group = weight + 1; position < end; group++)
            position = Append(group < 0 ? 0 : Group(digits, groups, group), position, false);
        return _text.AsSpan(0, end);
    }

    private static int Group(ReadOnlySpan<byte> digits, int groups, int group) =>
        group < groups ? BinaryPrimitives.ReadInt16BigEndian(digits[(group * 2)..]) : 0;

    private int Append(int group, int position, bool trimsZeros)
    {
        for (var unit = 1000; unit > 0; unit /= 10)
        {
            var digit = group / unit % 10;
            if (trimsZeros && digit == 0)
                continue;
            trimsZeros = false;
            _text[position++] = (byte)('0' + digit);
        }

        return position;
    }
}
