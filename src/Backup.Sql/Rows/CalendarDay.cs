namespace Backup.Sql.Rows;

/// <summary>
/// A day of the Gregorian calendar, extended in both directions: dates of the format are counts of days and reach far
/// beyond <see cref="DateOnly"/>.
/// </summary>
/// <param name="Year">The year; 0 is the year before 1, and -1 the one before that.</param>
/// <param name="Month">The month, from 1.</param>
/// <param name="Day">The day of the month, from 1.</param>
public readonly record struct CalendarDay(long Year, int Month, int Day)
{
    /// <summary>
    /// Finds the day of a count. After Howard Hinnant's civil_from_days,
    /// howardhinnant.github.io/date_algorithms.html.
    /// </summary>
    /// <param name="days">Days since 1970-01-01; negative before it. Not beyond a trillion either way.</param>
    public static CalendarDay FromDays(long days)
    {
        var shifted = days + 719_468;
        var era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097;
        var dayOfEra = shifted - (era * 146_097);
        var yearOfEra = (dayOfEra - (dayOfEra / 1460) + (dayOfEra / 36_524) - (dayOfEra / 146_096)) / 365;
        var dayOfYear = dayOfEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        var shiftedMonth = ((5 * dayOfYear) + 2) / 153;
        var day = dayOfYear - (((153 * shiftedMonth) + 2) / 5) + 1;
        var month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
        return new CalendarDay(yearOfEra + (era * 400) + (month <= 2 ? 1 : 0), (int)month, (int)day);
    }
}
