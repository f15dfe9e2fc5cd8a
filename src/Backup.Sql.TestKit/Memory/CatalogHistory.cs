using Backup.Sql.Catalog;

namespace Backup.Sql.TestKit.Memory;

/// <summary>The catalog at all times that are kept. Not for concurrent use: the store's lock guards it.</summary>
internal sealed class CatalogHistory(CatalogState first)
{
    private readonly List<(HlcTimestamp At, CatalogState State)> _states = [(HlcTimestamp.Zero, first)];

    public CatalogState Current => _states[^1].State;

    public void Add(HlcTimestamp at, CatalogState state) => _states.Add((at, state));

    public CatalogState At(HlcTimestamp time) => _states[IndexAt(time)].State;

    /// <summary>Forgets what nobody at or after a time sees.</summary>
    public void Prune(HlcTimestamp threshold) => _states.RemoveRange(0, IndexAt(threshold));

    /// <summary>Tells whether any state that is kept has an object.</summary>
    public bool Knows(long id) => _states.Any(state => state.State.Find(id) is not null);

    /// <summary>An object as it was last, at or before a time; null when no state that is kept has it.</summary>
    public ObjectDescriptor? FindLast(long id, HlcTimestamp time)
    {
        for (var i = IndexAt(time); i >= 0; i--)
        {
            if (_states[i].State.Find(id) is { } found)
                return found;
        }

        return null;
    }

    /// <summary>The times after one and up to another at which something of a database changed.</summary>
    public IReadOnlyList<HlcTimestamp> Changes(string database, HlcTimestamp after, HlcTimestamp upTo)
    {
        var times = new List<HlcTimestamp>();
        for (var i = IndexAt(after) + 1; i < _states.Count && _states[i].At <= upTo; i++)
        {
            if (!_states[i].State.Everything(database).SequenceEqual(_states[i - 1].State.Everything(database)))
                times.Add(_states[i].At);
        }

        return times;
    }

    private int IndexAt(HlcTimestamp time)
    {
        int low = 0, high = _states.Count - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (_states[middle].At <= time)
                low = middle;
            else
                high = middle - 1;
        }

        return low;
    }
}
