using System.Numerics;

namespace Backup.Sql.Schedules;

/// <summary>
/// When something recurs: five cron fields (minute, hour, day of the month, month, day of the week; crontab(5)), one of
/// the words <c>@hourly @daily @midnight @weekly @monthly @yearly @annually</c>, or <c>@every</c> and a duration. All
/// times are UTC.
/// </summary>
internal sealed class CronExpression
{
    /// <summary>
    /// The calendar repeats after so many years, as long as no century year comes between; every date that exists falls
    /// on every day of the week within it.
    /// </summary>
    private const int CalendarCycle = 28;

    /// <summary>Two cycles and a century year without a leap day: what has not come by then never comes.</summary>
    private const int LongestWait = (2 * CalendarCycle) + 12;

    private readonly TimeSpan? _every;
    private readonly ulong _minutes;
    private readonly ulong _hours;
    private readonly ulong _days;
    private readonly ulong _months;
    private readonly ulong _weekdays;
    private readonly bool _bothDays;

    private CronExpression(string text, TimeSpan every)
    {
        Text = text;
        _every = every;
        AverageInterval = every;
    }

    private CronExpression(string text, CronField[] fields)
    {
        Text = text;
        (_minutes, _hours, _months) = (fields[0].Values, fields[1].Values, fields[3].Values);
        (_days, _weekdays) = (fields[2].Values, fields[4].Values);

        // Where both day fields are restricted either is enough; a field that begins with a star is not.
        _bothDays = fields[2].StartsWithStar || fields[4].StartsWithStar;
        AverageInterval = Average();
    }

    /// <summary>The expression as it was written.</summary>
    public string Text { get; }

    /// <summary>
    /// The time from one occurrence to the next, on average over all years; a minute at least for cron fields.
    /// </summary>
    public TimeSpan AverageInterval { get; }

    /// <summary>Reads an expression.</summary>
    /// <param name="text">The expression; words and names in any case.</param>
    /// <returns>Null if it is none, or if it names a date that never comes.</returns>
    public static CronExpression? TryParse(string text)
    {
        text = text.Trim();
        if (text.StartsWith("@every ", StringComparison.OrdinalIgnoreCase))
            return CronDuration.TryParse(text[7..]) is { } every ? new CronExpression(text, every) : null;
        var fields = text.ToLowerInvariant() switch
        {
            "@yearly" or "@annually" => "0 0 1 1 *",
            "@monthly" => "0 0 1 * *",
            "@weekly" => "0 0 * * 0",
            "@daily" or "@midnight" => "0 0 * * *",
            "@hourly" => "0 * * * *",
            _ => text,
        };
        if (CronField.TryParseAll(fields) is not { } parsed)
            return null;
        var cron = new CronExpression(text, parsed);
        return cron.AverageInterval == TimeSpan.MaxValue ? null : cron;
    }

    /// <summary>The first occurrence after a time.</summary>
    /// <param name="time">The time; an occurrence at exactly this time is not the one after it.</param>
    /// <returns>A whole minute; for <c>@every</c> a whole second.</returns>
    public DateTimeOffset Next(DateTimeOffset time)
    {
        var utc = time.UtcDateTime;
        if (_every is { } every)
            return new DateTimeOffset(utc.AddTicks(-(utc.Ticks % TimeSpan.TicksPerSecond)) + every, TimeSpan.Zero);

        var next = utc.AddTicks(-(utc.Ticks % TimeSpan.TicksPerMinute)).AddMinutes(1);
        var end = next.Year + LongestWait;
        while (next.Year <= end)
        {
            if (!Has(_months, next.Month))
                next = new DateTime(next.Year, next.Month, 1, 0, 0, 0, DateTimeKind.Utc).AddMonths(1);
            else if (!IsDay(next))
                next = next.Date.AddDays(1);
            else if (!Has(_hours, next.Hour))
                next = next.Date.AddHours(next.Hour + 1);
            else if (!Has(_minutes, next.Minute))
                next = next.AddMinutes(1);
            else
                return new DateTimeOffset(next, TimeSpan.Zero);
        }

        throw new InvalidOperationException($"{Text} never comes"); // TryParse refuses what never comes
    }

    /// <summary>The last of a row of occurrences that is not after a time.</summary>
    /// <param name="first">An occurrence.</param>
    /// <param name="time">The time; not before <paramref name="first"/>.</param>
    /// <returns>An occurrence from <paramref name="first"/> to <paramref name="time"/>.</returns>
    public DateTimeOffset Last(DateTimeOffset first, DateTimeOffset time)
    {
        if (_every is { } every)
            return first + (every * Math.Floor((time - first) / every));

        // Looks back over a window that grows until it holds one, so that a long downtime costs no more than a short
        // one.
        for (var window = AverageInterval; time - window > first; window *= 2)
        {
            if (Next(time - window) is var next && next <= time)
                return LastFrom(next, time);
        }

        return LastFrom(first, time);
    }

    public override string ToString() => Text;

    private DateTimeOffset LastFrom(DateTimeOffset occurrence, DateTimeOffset time)
    {
        while (Next(occurrence) is var next && next <= time)
            occurrence = next;
        return occurrence;
    }

    private bool IsDay(DateTime date)
    {
        var day = Has(_days, date.Day);
        var weekday = Has(_weekdays, (int)date.DayOfWeek);
        return _bothDays ? day && weekday : day || weekday;
    }

    private TimeSpan Average()
    {
        var first = new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        var end = first.AddYears(CalendarCycle);
        var days = 0L;
        for (var date = first; date < end; date = date.AddDays(1))
        {
            if (Has(_months, date.Month) && IsDay(date))
                days++;
        }

        var occurrences = days * BitOperations.PopCount(_hours) * BitOperations.PopCount(_minutes);
        return occurrences == 0 ? TimeSpan.MaxValue : (end - first) / occurrences;
    }

    private static bool Has(ulong set, int value) => (set & (1UL << value)) != 0;
}
