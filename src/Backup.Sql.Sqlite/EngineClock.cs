using Backup.Sql.Catalog;

namespace Backup.Sql.Sqlite;

/// <summary>Whole microseconds that only ever grow, even when the system's clock is set back.</summary>
internal sealed class EngineClock(TimeProvider timeProvider)
{
    private const long NanosecondsPerMicrosecond = 1000;
    private readonly Lock _gate = new();
    private long _last;

    /// <summary>The next time.</summary>
    /// <param name="least">It is not earlier than this.</param>
    public HlcTimestamp Next(HlcTimestamp least = default)
    {
        var now = HlcTimestamp.FromDateTimeOffset(timeProvider.GetUtcNow()).ToMicroseconds().WallTime;
        lock (_gate)
        {
            _last = Math.Max(Math.Max(now, least.WallTime), _last + NanosecondsPerMicrosecond);
            return new HlcTimestamp(_last);
        }
    }
}
