using System.Buffers.Binary;
using Backup.Sql.Rows;

namespace Backup.Sql.Postgres.Rows;

/// <summary>
/// Goes through an array's field (src/backend/utils/adt/arrayfuncs.c, array_send): rank, a flag, the element's type;
/// length and lower bound of each dimension; the elements with their lengths.
/// </summary>
internal ref struct FieldArray
{
    /// <summary>The server has no arrays of more dimensions.</summary>
    public const int MaxDimensions = 6;

    private const int SizeBytes = 4;
    private ReadOnlySpan<byte> _rest;

    /// <summary>Starts before the first element.</summary>
    /// <param name="field">The field.</param>
    /// <param name="dimensions">Takes the dimensions.</param>
    public FieldArray(ReadOnlySpan<byte> field, Span<ArrayDimension> dimensions)
    {
        Rank = BinaryPrimitives.ReadInt32BigEndian(field);
        _rest = field[(3 * SizeBytes)..];
        for (var i = 0; i < Rank; i++)
        {
            dimensions[i] = new ArrayDimension(
                BinaryPrimitives.ReadInt32BigEndian(_rest), BinaryPrimitives.ReadInt32BigEndian(_rest[SizeBytes..]));
            _rest = _rest[(2 * SizeBytes)..];
        }
    }

    public int Rank { get; }

    public bool IsNull { get; private set; }

    public ReadOnlySpan<byte> Current { get; private set; }

    public bool MoveNext()
    {
        if (_rest.IsEmpty)
            return false;
        var length = BinaryPrimitives.ReadInt32BigEndian(_rest);
        _rest = _rest[SizeBytes..];
        IsNull = length < 0;
        Current = IsNull ? default : _rest[..length];
        _rest = _rest[Math.Max(0, length)..];
        return true;
    }
}
