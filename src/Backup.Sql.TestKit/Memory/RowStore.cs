namespace Backup.Sql.TestKit.Memory;

/// <summary>
/// The rows of a table by key: a list of short sorted lists, so that inserting anywhere and seeking are both cheap. Not
/// for concurrent use: the store's lock guards it.
/// </summary>
internal sealed class RowStore
{
    private const int ChunkLimit = 512;

    private readonly List<List<RowChain>> _chunks = [[]];

    public RowChain? Find(ReadOnlySpan<byte> key)
    {
        var (chunk, index) = Locate(key);
        var rows = _chunks[chunk];
        return index < rows.Count && rows[index].Key.AsSpan().SequenceEqual(key) ? rows[index] : null;
    }

    public RowChain GetOrAdd(ReadOnlySpan<byte> key)
    {
        var (chunk, index) = Locate(key);
        var rows = _chunks[chunk];
        if (index < rows.Count && rows[index].Key.AsSpan().SequenceEqual(key))
            return rows[index];
        var added = new RowChain(key.ToArray());
        rows.Insert(index, added);
        if (rows.Count > ChunkLimit)
            Split(chunk);
        return added;
    }

    public void Remove(ReadOnlySpan<byte> key)
    {
        var (chunk, index) = Locate(key);
        var rows = _chunks[chunk];
        if (index == rows.Count || !rows[index].Key.AsSpan().SequenceEqual(key))
            return;
        rows.RemoveAt(index);
        if (rows.Count == 0 && _chunks.Count > 1)
            _chunks.RemoveAt(chunk);
    }

    /// <summary>The rows from a key on, in order.</summary>
    public IEnumerable<RowChain> From(ReadOnlyMemory<byte> start)
    {
        var (chunk, index) = Locate(start.Span);
        for (; chunk < _chunks.Count; chunk++, index = 0)
        {
            for (var rows = _chunks[chunk]; index < rows.Count; index++)
                yield return rows[index];
        }
    }

    public IEnumerable<RowChain> All() => From(default);

    private (int Chunk, int Index) Locate(ReadOnlySpan<byte> key)
    {
        int low = 0, high = _chunks.Count - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (_chunks[middle][0].Key.AsSpan().SequenceCompareTo(key) <= 0)
                low = middle;
            else
                high = middle - 1;
        }

        var rows = _chunks[low];
        int first = 0, end = rows.Count;
        while (first < end)
        {
            var middle = (first + end) / 2;
            if (rows[middle].Key.AsSpan().SequenceCompareTo(key) < 0)
                first = middle + 1;
            else
                end = middle;
        }

        return (low, first);
    }

    /// <summary>The last chunk splits unevenly: keys that only grow leave full chunks behind.</summary>
    private void Split(int chunk)
    {
        var rows = _chunks[chunk];
        var keep = chunk == _chunks.Count - 1 ? rows.Count - rows.Count / 8 : rows.Count / 2;
        _chunks.Insert(chunk + 1, rows[keep..]);
        rows.RemoveRange(keep, rows.Count - keep);
    }
}
