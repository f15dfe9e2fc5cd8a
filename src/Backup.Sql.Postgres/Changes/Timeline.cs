using Backup.Sql.Catalog;
using Backup.Sql.Postgres.Rows;

namespace Backup.Sql.Postgres.Changes;

/// <summary>
/// Gives transactions their times. One that a mark does not see and the next one does lies between the two, whatever
/// the server's clock said when it committed; between two marks times never go back in the order of commits.
/// </summary>
/// <remarks>
/// Marks are taken one after the other, so that each sees all that those before it saw. The same transaction gets the
/// same time at every reading, as long as the mark before it is kept.
/// </remarks>
internal sealed class Timeline
{
    private const long NanosecondsPerMicrosecond = 1000;

    private readonly IReadOnlyList<(HlcTimestamp Time, SeenTransactions Seen)> _marks;
    private readonly long[] _last;

    /// <summary>Prepares for one reading of the log from its start.</summary>
    /// <param name="marks">Marks without a gap, the oldest first.</param>
    public Timeline(IReadOnlyList<(HlcTimestamp Time, SeenTransactions Seen)> marks)
    {
        _marks = marks;
        _last = new long[marks.Count];
    }

    /// <summary>Tells when a transaction became visible.</summary>
    /// <param name="transaction">Its number.</param>
    /// <param name="commit">The server's clock at its commit: microseconds since 2000.</param>
    /// <returns>Zero when the first mark sees it already, or the last one does not yet.</returns>
    public HlcTimestamp Date(uint transaction, long commit)
    {
        var (low, high) = (0, _marks.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_marks[middle].Seen.Contains(transaction))
                high = middle;
            else
                low = middle + 1;
        }

        if (low == 0 || low == _marks.Count)
            return HlcTimestamp.Zero;
        var first = _marks[low - 1].Time.WallTime + NanosecondsPerMicrosecond;
        var said = (commit + PostgresTimes.Microseconds) * NanosecondsPerMicrosecond;
        _last[low] = Math.Min(Math.Max(_last[low], Math.Max(first, said)), _marks[low].Time.WallTime);
        return new HlcTimestamp(_last[low]);
    }
}
