using Backup.Sql.Diagnostics;
using Backup.Sql.Rows;

namespace Backup.Sql.Sqlite.Rows;

/// <summary>Between rowids and the bounds of key spans.</summary>
internal static class RowKeys
{
    /// <summary>The key of a rowid.</summary>
    public static byte[] OfRowId(long rowId)
    {
        using var writer = new KeyWriter();
        writer.WriteInteger(rowId);
        return writer.Written.ToArray();
    }

    /// <summary>The key that comes before all rows of one of the tables of a virtual table.</summary>
    public static byte[] OfShadow(int shadow)
    {
        using var writer = new KeyWriter();
        writer.WriteInteger(shadow);
        return writer.Written.ToArray();
    }

    /// <summary>The rowid that a bound says, when it is exactly the key of one.</summary>
    public static long? RowIdOf(ReadOnlySpan<byte> bound)
    {
        try
        {
            var reader = new KeyReader(bound);
            if (bound.IsEmpty || !reader.MoveNext() || reader.Kind != ValueKind.Integer)
                return null;
            var rowId = reader.GetInteger();
            return bound.SequenceEqual(OfRowId(rowId)) ? rowId : null;
        }
        catch (BackupSqlException)
        {
            // Any bytes may bound a span; those that are no key are compared as bytes.
            return null;
        }
    }
}
