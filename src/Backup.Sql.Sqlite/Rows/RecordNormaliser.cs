using System.Buffers;
using System.Buffers.Binary;
using Backup.Sql.Sqlite.Catalog;
using Backup.Sql.Sqlite.Pages;

namespace Backup.Sql.Sqlite.Rows;

/// <summary>
/// Makes the record of a row that a reader of SQLite sees out of the record in the file: the rowid stands in its
/// column, and whole numbers of REAL columns are floating-point numbers. All other bytes are copied. The memory is
/// pooled and kept.
/// </summary>
internal sealed class RecordNormaliser(IReadOnlyList<StoredForm> forms) : IDisposable
{
    private const byte Float = 7;
    private const int LongestNumber = 8;
    private readonly StoredForm[] _forms = [.. forms];
    private readonly int _extraBytes = forms.Count(form => form != StoredForm.AsIs) * LongestNumber;
    private byte[] _record = [];

    /// <summary>Normalises a record.</summary>
    /// <param name="stored">The record in the file.</param>
    /// <param name="rowId">The row's id.</param>
    /// <param name="record">The record, valid until the next call.</param>
    /// <returns>
    /// False when it has other columns than the table: rows that are older than a column lack it, and SQLite knows what
    /// to put there.
    /// </returns>
    public bool TryNormalise(ReadOnlySpan<byte> stored, long rowId, out ReadOnlySpan<byte> record)
    {
        var position = TreePage.ReadVarint(stored, out var headerLength);
        var header = stored[..(int)headerLength];
        record = stored;
        if (_extraBytes == 0)
            return CountTypes(header, position) == _forms.Length;

        Grow(stored.Length + _extraBytes);
        header.CopyTo(_record);
        var (taken, read, written) = (header.Length, header.Length, header.Length);
        var column = 0;
        for (; position < header.Length && column < _forms.Length; column++)
        {
            var typeLength = TreePage.ReadVarint(header[position..], out var type);
            var length = BodyLength(type);
            if (_forms[column] != StoredForm.AsIs && (_forms[column] == StoredForm.RowId || IsInteger(type)))
            {
                stored[taken..read].CopyTo(_record.AsSpan(written));
                written += read - taken;
                taken = read + length;
                written += _forms[column] == StoredForm.RowId
                    ? WriteInteger(rowId, position, written)
                    : WriteFloat(ReadInteger(stored.Slice(read, length), type), position, written);
            }

            read += length;
            position += typeLength;
        }

        stored[taken..].CopyTo(_record.AsSpan(written));
        record = _record.AsSpan(0, written + stored.Length - taken);
        return position == header.Length && column == _forms.Length;
    }

    public void Dispose()
    {
        if (_record.Length > 0)
            ArrayPool<byte>.Shared.Return(_record);
        _record = [];
    }

    /// <summary>
    /// Every varint ends with a byte below 0x80: of types nobody uses, nine bytes long, there are none.
    /// </summary>
    private static int CountTypes(ReadOnlySpan<byte> header, int position)
    {
        var count = 0;
        foreach (var part in header[position..])
            count += part < 0x80 ? 1 : 0;
        return count;
    }

    private static bool IsInteger(long type) => type is >= 1 and <= 6 or 8 or 9;

    private static int BodyLength(long type) => type switch
    {
        <= 4 => (int)type,
        5 => 6,
        6 or 7 => 8,
        < 12 => 0,
        _ => checked((int)((type - 12) / 2)),
    };

    private static long ReadInteger(ReadOnlySpan<byte> body, long type)
    {
        if (type is 8 or 9)
            return type - 8;
        long value = (sbyte)body[0];
        for (var i = 1; i < body.Length; i++)
            value = (value << 8) | body[i];
        return value;
    }

    private int WriteFloat(long value, int typePosition, int position)
    {
        _record[typePosition] = Float;
        BinaryPrimitives.WriteDoubleBigEndian(_record.AsSpan(position), value);
        return LongestNumber;
    }

    /// <summary>
    /// In the fewest bytes, as everywhere: types of integers take one byte, so that the header keeps its length.
    /// </summary>
    private int WriteInteger(long value, int typePosition, int position)
    {
        var (type, length) = value switch
        {
            0 or 1 => (8 + (int)value, 0),
            >= sbyte.MinValue and <= sbyte.MaxValue => (1, 1),
            >= short.MinValue and <= short.MaxValue => (2, 2),
            >= -0x80_0000 and <= 0x7F_FFFF => (3, 3),
            >= int.MinValue and <= int.MaxValue => (4, 4),
            >= -0x8000_0000_0000 and <= 0x7FFF_FFFF_FFFF => (5, 6),
            _ => (6, 8),
        };
        _record[typePosition] = (byte)type;
        Span<byte> all = stackalloc byte[LongestNumber];
        BinaryPrimitives.WriteInt64BigEndian(all, value);
        all[(LongestNumber - length)..].CopyTo(_record.AsSpan(position));
        return length;
    }

    private void Grow(int length)
    {
        if (_record.Length >= length)
            return;
        Dispose();
        _record = ArrayPool<byte>.Shared.Rent(length);
    }
}
