using Backup.Sql.Catalog;

namespace Backup.Sql.Postgres;

/// <summary>Whole microseconds that only ever grow, even when the system's clock is set back.</summary>
internal sealed class EngineClock(TimeProvider timeProvider)
{
    private const long NanosecondsPerMicrosecond = 1000;
    private readonly Lock _gate = new();
    private long _last;

    /// <summary>The next time.</summary>
    /// <param name="after">A time that it is later than, whatever the clock says.</param>
    public HlcTimestamp Next(HlcTimestamp after = default)
    {
        var now = HlcTimestamp.FromDateTimeOffset(timeProvider.GetUtcNow()).ToMicroseconds().WallTime;
        lock (_gate)
        {
            _last = Math.Max(now, Math.Max(_last, after.WallTime) + NanosecondsPerMicrosecond);
            return new HlcTimestamp(_last);
        }
    }
}
