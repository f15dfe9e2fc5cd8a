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

    /// <summary>The key of a rowid in one of the tables of a virtual table.</summary>
    public static byte[] OfRowId(int shadow, long rowId)
    {
        using var writer = new KeyWriter();
        writer.WriteInteger(shadow);
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

    /// <summary>The rowid that a bound says, when it is the key of one.</summary>
    public static long? RowIdOf(ReadOnlySpan<byte> bound)
    {
        if (bound.IsEmpty || bound[0] is < 0x10 or > 0x20)
            return null;
        try
        {
            var reader = new KeyReader(bound);
            if (!reader.MoveNext() || reader.Kind != ValueKind.Integer)
                return null;
            var rowId = reader.GetInteger();
            return reader.MoveNext() ? null : rowId;
        }
        catch (Diagnostics.BackupSqlException)
        {
            // Any bytes may bound a span; those that are no key are compared as bytes.
            return null;
        }
    }
}
