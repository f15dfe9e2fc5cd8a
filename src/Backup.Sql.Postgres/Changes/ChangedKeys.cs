namespace Backup.Sql.Postgres.Changes;

/// <summary>The keys of one relation that changed; at some number it gives up, for memory has a bound.</summary>
internal sealed class ChangedKeys
{
    /// <summary>Some 50 MB at keys of one number. A table that changes more is read whole with less trouble.</summary>
    private const int Most = 500_000;

    private readonly HashSet<ReadOnlyMemory<byte>> _keys = new(KeyComparer.Instance);
    private ReadOnlyMemory<byte>[]? _sorted;

    /// <summary>True when not all of the keys are known.</summary>
    public bool IsLost { get; private set; }

    /// <summary>The keys, ascending.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Sorted => _sorted ??= Sort();

    /// <summary>Says that something changed whose key is not known.</summary>
    public void Lose()
    {
        IsLost = true;
        _keys.Clear();
        _keys.TrimExcess();
        _sorted = null;
    }

    public void Add(ReadOnlySpan<byte> key)
    {
        if (IsLost || _keys.GetAlternateLookup<ReadOnlySpan<byte>>().Contains(key))
            return;
        _keys.Add(key.ToArray());
        if (_keys.Count > Most)
            Lose();
    }

    /// <summary>The keys of several relations that are one table, ascending, each once: a row may have moved.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Union(
        IEnumerable<IReadOnlyList<ReadOnlyMemory<byte>>> changed)
    {
        var all = new HashSet<ReadOnlyMemory<byte>>(changed.SelectMany(keys => keys), KeyComparer.Instance);
        ReadOnlyMemory<byte>[] sorted = [.. all];
        Array.Sort(sorted, KeyComparer.Instance);
        return sorted;
    }

    private ReadOnlyMemory<byte>[] Sort()
    {
        ReadOnlyMemory<byte>[] sorted = [.. _keys];
        Array.Sort(sorted, KeyComparer.Instance);
        _keys.Clear();
        return sorted;
    }
}
