using Backup.Sql.Postgres.Connections;

namespace Backup.Sql.Postgres.Rows;

/// <summary>A table as it is exported: its columns, its key, and the relations that hold its rows.</summary>
internal sealed record StoredTable
{
    private int? _orderedPrefix;

    /// <summary>The name as people read it: <c>shop.public.orders</c>.</summary>
    public required string FullName { get; init; }

    /// <summary>The stored columns, in the order in which records hold them; computed ones are left out.</summary>
    public required IReadOnlyList<StoredColumn> Columns { get; init; }

    /// <summary>Numbers of the key's columns in key order; empty where the place of a row has to do.</summary>
    public required IReadOnlyList<int> Key { get; init; }

    /// <summary>
    /// What holds rows, by oid: the table, or the leaves of a partitioned one. They are what the snapshot saw: one that
    /// is attached later is not among them.
    /// </summary>
    public required IReadOnlyList<StoredHeap> Heaps { get; init; }

    /// <summary>True for a partitioned table.</summary>
    public bool IsPartitioned { get; init; }

    /// <summary>Columns of the key, from the first on, whose order in the server is that of keys.</summary>
    public int OrderedPrefix => _orderedPrefix ??= Key.TakeWhile(ordinal => Columns[ordinal].IsOrderedLikeKeys).Count();

    /// <summary>True when keys are made of the key's columns.</summary>
    public bool HasKey => Key.Count > 0;

    /// <summary>True when an export gives ascending keys.</summary>
    public bool IsOrdered => OrderedPrefix == Key.Count;

    /// <summary>Bytes of all heaps: an estimate.</summary>
    public long Bytes => Heaps.Sum(heap => heap.Bytes);

    /// <summary>Rows of all heaps: an estimate.</summary>
    public long Rows => (long)Heaps.Sum(heap => heap.Rows);

    /// <summary>The names of the key's columns in key order.</summary>
    public IEnumerable<string> KeyNames => Key.Select(ordinal => Columns[ordinal].Name);

    /// <summary>The key's columns, quoted and with commas between.</summary>
    public string KeyList(int count) =>
        string.Join(", ", Key.Take(count).Select(ordinal => Quote.Name(Columns[ordinal].Name)));
}
