using Backup.Sql.Catalog;

namespace Backup.Sql.TestKit.Memory;

/// <summary>
/// A hybrid logical clock: the wall clock where it moves on, counting where it stands still or goes back. Not for
/// concurrent use: the store's lock guards it.
/// </summary>
internal sealed class HybridClock(TimeProvider timeProvider)
{
    private HlcTimestamp _last = HlcTimestamp.FromDateTimeOffset(timeProvider.GetUtcNow());

    /// <summary>
    /// Now: everything that has committed is at or before it, everything that commits later is after it.
    /// </summary>
    public HlcTimestamp Now()
    {
        var wall = HlcTimestamp.FromDateTimeOffset(timeProvider.GetUtcNow());
        return _last = wall > _last ? wall : _last;
    }

    /// <summary>The next commit's time.</summary>
    public HlcTimestamp Tick()
    {
        var now = _last;
        return _last = Now() > now ? _last : new HlcTimestamp(now.WallTime, now.Logical + 1);
    }

    /// <summary>
    /// The next snapshot's time: in whole microseconds, after every commit and every other snapshot so far.
    /// </summary>
    public HlcTimestamp TickMicrosecond()
    {
        var next = Tick();
        var whole = next.ToMicroseconds();
        return _last = whole == next ? next : new HlcTimestamp(whole.WallTime + 1000);
    }
}
