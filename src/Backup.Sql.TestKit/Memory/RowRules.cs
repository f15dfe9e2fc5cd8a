using Backup.Sql.Catalog;
using Backup.Sql.Rows;

namespace Backup.Sql.TestKit.Memory;

/// <summary>Turns the values of a row into its record, refusing what the table does not take.</summary>
internal static class RowRules
{
    public static byte[] Encode(TableDescriptor table, CatalogState catalog, IReadOnlyList<object?> values)
    {
        if (values.Count != table.Columns.Count)
            throw MemoryErrors.WrongNumberOfValues(table, table.Columns.Count, values.Count);
        using var writer = new RecordWriter();
        for (var i = 0; i < values.Count; i++)
        {
            var column = table.Columns[i];
            if (values[i] is null && (!column.Nullable || table.PrimaryKey.Contains(column.Name)))
                throw MemoryErrors.NullNotAllowed(table, column.Name);
            if (values[i] is string text && column.Type is { Kind: ColumnKind.UserDefined, TypeId: { } id })
                CheckMember(catalog, id, text);
            ValueWriter.Write(writer, column.Type, values[i]);
        }

        if (CatalogRules.PartitionOrdinal(table) is >= 0 and var ordinal
            && !table.Partitions.Contains(values[ordinal] as string))
        {
            throw MemoryErrors.NoSuchPartition(table, values[ordinal] as string);
        }

        return writer.Finish().ToArray();
    }

    /// <summary>The key of a row of a table with a primary key.</summary>
    public static byte[] KeyOf(TableDescriptor table, ReadOnlySpan<byte> record) =>
        ValueReader.ReadKey(record, MemoryTable.Ordinals(table, table.PrimaryKey), out _);

    /// <summary>
    /// The key that values of the primary key's columns make, or a row id where there is no primary key.
    /// </summary>
    public static byte[] KeyOf(TableDescriptor table, IReadOnlyList<object?> key)
    {
        var columns = table.PrimaryKey.Count == 0
            ? [new ColumnType(ColumnKind.Integer)]
            : table.PrimaryKey.Select(name => table.Columns.Single(column => column.Name == name).Type).ToList();
        if (key.Count != columns.Count)
            throw MemoryErrors.WrongNumberOfValues(table, columns.Count, key.Count);
        using var writer = new RecordWriter();
        for (var i = 0; i < key.Count; i++)
            ValueWriter.Write(writer, columns[i], key[i]);
        return ValueReader.ReadKey(writer.Finish(), [.. Enumerable.Range(0, key.Count)], out _);
    }

    public static byte[] KeyOf(long rowId)
    {
        using var writer = new KeyWriter();
        writer.WriteInteger(rowId);
        return writer.Written.ToArray();
    }

    private static void CheckMember(CatalogState catalog, long id, string text)
    {
        if (catalog.Find(id) is TypeDescriptor { Members.Count: > 0 } type && !type.Members.Contains(text))
            throw MemoryErrors.NotAMember(text, type);
    }
}
