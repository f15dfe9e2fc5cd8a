using Backup.Sql.Diagnostics;
using Backup.Sql.Rows;

namespace Backup.Sql.Postgres.Rows;

/// <summary>
/// Keys of rows that have none of their own: the place in the heap, behind the heap's number where a table has several.
/// </summary>
internal static class PlaceKeys
{
    /// <summary>Block numbers have 32 bits, lines 16.</summary>
    private const long EndOfPlaces = 1L << 48;

    /// <summary>The key before all rows of a block.</summary>
    public static byte[] OfBlock(StoredTable table, StoredHeap heap, long block)
    {
        using var writer = new KeyWriter();
        if (table.IsPartitioned)
            writer.WriteInteger(heap.Oid);
        writer.WriteInteger(block << 16);
        return writer.Written.ToArray();
    }

    /// <summary>The part of a heap that holds all rows of a span, and perhaps a few more.</summary>
    /// <returns>False when it holds none.</returns>
    public static bool TryFind(StoredTable table, StoredHeap heap, KeySpan span, out long? from, out long? before)
    {
        (from, before) = (null, null);
        var start = Decode(table, span.Start.Span);
        var end = Decode(table, span.End.Span);
        if (table.IsPartitioned && (start?.Heap > heap.Oid || end?.Heap < heap.Oid))
            return false;
        if (start is { } first && first.Heap == (table.IsPartitioned ? heap.Oid : 0))
            from = Math.Clamp(first.Place, 0, EndOfPlaces - 1);
        if (end is { } last && last.Heap == (table.IsPartitioned ? heap.Oid : 0) && last.Place < EndOfPlaces - 1)
            before = Math.Max(0, last.Place) + 1;
        return true;
    }

    private static (long Heap, long Place)? Decode(StoredTable table, ReadOnlySpan<byte> bound)
    {
        try
        {
            var reader = new KeyReader(bound);
            long heap = 0;
            if (bound.IsEmpty)
                return null;
            if (table.IsPartitioned)
            {
                if (!reader.MoveNext() || reader.Kind != ValueKind.Integer)
                    return null;
                heap = reader.GetInteger();
            }

            return reader.MoveNext() && reader.Kind == ValueKind.Integer ? (heap, reader.GetInteger()) : null;
        }
        catch (BackupSqlException)
        {
            // Cut off in the middle: the rows are looked at one by one.
            return null;
        }
    }
}
