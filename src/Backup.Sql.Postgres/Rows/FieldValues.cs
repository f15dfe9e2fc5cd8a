using System.Buffers.Binary;
using Backup.Sql.Rows;

namespace Backup.Sql.Postgres.Rows;

/// <summary>Reads fields that are made of parts.</summary>
internal static class FieldValues
{
    /// <summary>An interval: microseconds, days, months.</summary>
    public static IntervalValue Interval(ReadOnlySpan<byte> field) => new(
        BinaryPrimitives.ReadInt32BigEndian(field[12..]),
        BinaryPrimitives.ReadInt32BigEndian(field[8..]),
        BinaryPrimitives.ReadInt64BigEndian(field));

    /// <summary>The place of a row in its heap as one number that grows with it: block, then line.</summary>
    public static long Place(ReadOnlySpan<byte> field) =>
        ((long)BinaryPrimitives.ReadUInt32BigEndian(field) << 16) | BinaryPrimitives.ReadUInt16BigEndian(field[4..]);
}
