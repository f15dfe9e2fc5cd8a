using Backup.Sql.Catalog;

namespace Backup.Sql.TestKit.Tests.Memory;

/// <summary>
/// The model: one table of number and text, kept as a whole copy for each commit. Slow and plain, so that it is right.
/// </summary>
internal sealed class NaiveDatabase
{
    private readonly List<(HlcTimestamp At, SortedDictionary<long, string> Rows, long[] Written)> _states =
        [(HlcTimestamp.Zero, [], [])];

    public SortedDictionary<long, string> Current => _states[^1].Rows;

    public IReadOnlyList<HlcTimestamp> Commits => [.. _states.Skip(1).Select(state => state.At)];

    public void Commit(HlcTimestamp at, IReadOnlyDictionary<long, string?> writes)
    {
        var rows = new SortedDictionary<long, string>(Current);
        foreach (var (key, value) in writes)
        {
            rows.Remove(key);
            if (value is not null)
                rows.Add(key, value);
        }

        _states.Add((at, rows, [.. writes.Keys]));
    }

    public SortedDictionary<long, string> AsOf(HlcTimestamp time) => _states.Last(state => state.At <= time).Rows;

    /// <summary>The keys that some commit in (start, end] wrote.</summary>
    public IEnumerable<long> Changed(HlcTimestamp start, HlcTimestamp end) =>
        _states.Where(state => state.At > start && state.At <= end).SelectMany(state => state.Written).Distinct();
}
