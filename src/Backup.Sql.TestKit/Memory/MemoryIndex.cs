using Backup.Sql.Catalog;

namespace Backup.Sql.TestKit.Memory;

/// <summary>
/// The newest rows of a table by some of its columns; rows with a NULL there are left out, as SQL compares them.
/// </summary>
internal sealed class MemoryIndex(IndexDescriptor descriptor, IReadOnlyList<int> ordinals)
{
    private readonly Dictionary<byte[], HashSet<byte[]>> _rows = new(ByteArrayComparer.Instance);

    public IndexDescriptor Descriptor { get; } = descriptor;

    /// <summary>
    /// Takes a row in. False when the index is unique and has such a row already; it takes it nevertheless.
    /// </summary>
    public bool Add(byte[] key, byte[] record)
    {
        var indexed = ValueReader.ReadKey(record, ordinals, out var holdsNull);
        if (holdsNull)
            return true;
        if (!_rows.TryGetValue(indexed, out var keys))
            _rows.Add(indexed, keys = new HashSet<byte[]>(ByteArrayComparer.Instance));
        keys.Add(key);
        return !Descriptor.Unique || keys.Count == 1;
    }

    public void Remove(byte[] key, byte[] record)
    {
        var indexed = ValueReader.ReadKey(record, ordinals, out var holdsNull);
        if (holdsNull || !_rows.TryGetValue(indexed, out var keys))
            return;
        keys.Remove(key);
        if (keys.Count == 0)
            _rows.Remove(indexed);
    }

    public bool Contains(byte[] indexed) => _rows.ContainsKey(indexed);
}
