using Backup.Sql.Catalog;

namespace Backup.Sql.TestKit.Memory;

/// <summary>
/// Puts restored rows in the place of the rows that tables have: as further versions, so that history keeps the old
/// ones and whoever exports changes sees what really changed. All of it or, when a rule is broken, nothing. Under the
/// store's lock.
/// </summary>
internal sealed class RowReplacement(MemoryStore store, CommitStamp stamp)
{
    private readonly List<(TableDescriptor Descriptor, MemoryTable Table, SortedDictionary<byte[], byte[]?> Writes)>
        _tables = [];

    /// <summary>Compares a table with what it is to hold.</summary>
    /// <param name="id">The table's id in this cluster.</param>
    /// <param name="expected">The table as whoever restores saw it.</param>
    /// <param name="rows">The rows that it is to hold.</param>
    /// <param name="partitions">The partitions whose rows they are; none for all.</param>
    public void Add(long id, TableDescriptor expected, MemoryTable rows, IReadOnlyList<string> partitions)
    {
        var (descriptor, table) = store.GetTable(id);
        if (!HasShape(descriptor, expected))
            throw MemoryErrors.TableChanged(descriptor);
        var chosen = partitions.Select(name => new Partition(CatalogRules.PartitionOrdinal(descriptor), name)).ToList();
        var writes = new SortedDictionary<byte[], byte[]?>(ByteArrayComparer.Instance);
        var kept = new HashSet<byte[]>(ByteArrayComparer.Instance);
        foreach (var (key, value) in table.Newest())
        {
            if (chosen.Count == 0 || chosen.Any(partition => partition.Select(value) is not null))
                writes[key] = null;
            else
                kept.Add(key);
        }

        foreach (var (key, value) in rows.Newest())
            writes[KeyOf(descriptor, table, key, kept)] = value;
        foreach (var (key, value) in table.Newest())
        {
            if (writes.GetValueOrDefault(key) is { } same && same.AsSpan().SequenceEqual(value))
                writes.Remove(key);
        }

        _tables.Add((descriptor, table, writes));
    }

    /// <summary>Writes all of it, visible once the stamp has its time.</summary>
    /// <param name="checkForeignKeys">False to leave them unchecked.</param>
    public void Run(bool checkForeignKeys)
    {
        try
        {
            // A unique value may move from one row to another: what is broken is found when all rows are there.
            foreach (var (_, table, writes) in _tables)
            {
                foreach (var (key, value) in writes)
                    table.Put(key, value, stamp);
            }

            foreach (var (descriptor, table, writes) in _tables)
            {
                table.Index(descriptor);
                if (checkForeignKeys)
                    new ForeignKeyRules(store).CheckWritten(descriptor, writes.Keys);
            }
        }
        catch
        {
            foreach (var (descriptor, table, writes) in _tables)
            {
                foreach (var key in writes.Keys)
                    table.Undo(key);
                table.Index(descriptor);
            }

            throw;
        }
    }

    /// <summary>A row without a primary key may find its number taken by a row that stays: it gets another.</summary>
    private static byte[] KeyOf(TableDescriptor descriptor, MemoryTable table, byte[] key, HashSet<byte[]> kept)
    {
        if (descriptor.PrimaryKey.Count == 0)
            table.NoteRowId(key);
        if (!kept.Contains(key))
            return key;
        return descriptor.PrimaryKey.Count == 0
            ? RowRules.KeyOf(table.NextRowId())
            : throw MemoryErrors.DuplicateKey(descriptor, string.Join(", ", descriptor.PrimaryKey));
    }

    private static bool HasShape(TableDescriptor table, TableDescriptor expected) =>
        table.Columns.Select(column => (column.Name, column.Type.Kind, column.Nullable))
            .SequenceEqual(expected.Columns.Select(column => (column.Name, column.Type.Kind, column.Nullable)))
        && table.PrimaryKey.SequenceEqual(expected.PrimaryKey)
        && table.Partitions.SequenceEqual(expected.Partitions);
}
