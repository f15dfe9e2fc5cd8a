namespace Backup.Sql.Postgres.Rows;

/// <summary>Between the server's days and microseconds, which start in 2000, and ours, which start in 1970.</summary>
internal static class PostgresTimes
{
    public const int Days = 10_957;
    public const long Microseconds = Days * 86_400_000_000L;

    /// <summary>Days since 1970; infinities stay what they are.</summary>
    public static int ToDays(int days) => days is int.MinValue or int.MaxValue ? days : checked(days + Days);

    /// <summary>Microseconds since 1970; infinities stay what they are.</summary>
    /// <returns>False for the last thirty years of the server's range: they do not fit.</returns>
    public static bool TryToMicroseconds(long value, out long microseconds)
    {
        microseconds = value;
        if (value is long.MinValue or long.MaxValue)
            return true;
        microseconds = unchecked(value + Microseconds);
        return value < long.MaxValue - Microseconds;
    }
}
