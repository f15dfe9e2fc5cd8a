using System.Globalization;

namespace Backup.Sql.Catalog;

/// <summary>
/// A length of time as a calendar counts it: a month after the 31st of January is the last day of February.
/// </summary>
/// <param name="Count">How many units; at least 1.</param>
/// <param name="Unit">The unit.</param>
internal sealed record CalendarPeriod(int Count, CalendarUnit Unit)
{
    /// <summary>Reads <c>7 DAY</c>; the unit in any case.</summary>
    public static bool TryParse(string text, out CalendarPeriod period)
    {
        period = new CalendarPeriod(0, default);
        if (text.Split(' ', StringSplitOptions.RemoveEmptyEntries) is not [var number, var word]
            || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            || count < 1
            || char.IsAsciiDigit(word[0])
            || !Enum.TryParse<CalendarUnit>(word, ignoreCase: true, out var unit))
            return false;
        period = new CalendarPeriod(count, unit);
        return true;
    }

    /// <summary>The end of a period that starts at a time; what lies past the calendar's end is its end.</summary>
    public DateTimeOffset After(DateTimeOffset start)
    {
        try
        {
            return Unit switch
            {
                CalendarUnit.Second => start.AddSeconds(Count),
                CalendarUnit.Minute => start.AddMinutes(Count),
                CalendarUnit.Hour => start.AddHours(Count),
                CalendarUnit.Day => start.AddDays(Count),
                CalendarUnit.Week => start.AddDays(7.0 * Count),
                CalendarUnit.Month => start.AddMonths(Count),
                _ => start.AddYears(Count),
            };
        }
        catch (ArgumentOutOfRangeException)
        {
            return DateTimeOffset.MaxValue;
        }
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Count} {Unit.ToString().ToUpperInvariant()}");
}
