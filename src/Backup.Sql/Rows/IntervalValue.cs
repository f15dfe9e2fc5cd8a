namespace Backup.Sql.Rows;

/// <summary>
/// A span of calendar time. Its parts do not convert into one another: months and days vary in length.
/// </summary>
/// <param name="Months">Months.</param>
/// <param name="Days">Days.</param>
/// <param name="Microseconds">Microseconds.</param>
public readonly record struct IntervalValue(int Months, int Days, long Microseconds)
{
    private const long MicrosecondsPerDay = 86_400_000_000;

    /// <summary>
    /// The length by which keys are ordered: a month counts 30 days and a day 24 hours, as SQL databases compare
    /// intervals.
    /// </summary>
    internal Int128 ComparableMicroseconds =>
        ((Int128)Months * 30 + Days) * MicrosecondsPerDay + Microseconds;

    /// <summary>
    /// The interval of a comparable length that has as many whole months as fit, then days: the usual way to write it.
    /// Null where that does not fit the parts.
    /// </summary>
    internal static IntervalValue? Usual(Int128 length)
    {
        var (days, microseconds) = Int128.DivRem(length, MicrosecondsPerDay);
        var (months, restOfDays) = Int128.DivRem(days, 30);
        return months >= int.MinValue && months <= int.MaxValue
            ? new((int)months, (int)restOfDays, (long)microseconds)
            : null;
    }

    /// <summary>The interval with a known comparable length.</summary>
    internal static IntervalValue FromComparable(Int128 length, int months, int days) =>
        new(months, days, (long)(length - ((Int128)months * 30 + days) * MicrosecondsPerDay));
}
