using System.Globalization;
using Backup.Sql.Catalog;

namespace Backup.Sql.Binding;

/// <summary>Reads times and intervals as people write them in SQL.</summary>
internal static class TimeText
{
    private static readonly string[] Formats =
    [
        "yyyy-MM-dd HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd HH:mmK", "yyyy-MM-ddK",
        "yyyy-MM-ddTHH:mm:ss.FFFFFFFK", "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mmK",
    ];

    /// <summary>Reads a date or a date and time; UTC unless an offset is given.</summary>
    public static bool TryParseTimestamp(string text, out DateTimeOffset time)
    {
        text = text.Trim();
        if (text.EndsWith(" UTC", StringComparison.OrdinalIgnoreCase))
            text = text[..^4];
        text = WithFullOffset(text);
        return DateTimeOffset.TryParseExact(
            text, Formats, CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);
    }

    /// <summary>Reads nanoseconds since 1970, the logical counter as decimal places.</summary>
    public static bool TryParseDecimal(string text, out HlcTimestamp time) =>
        HlcTimestamp.TryParse(text.Trim(), out time);

    /// <summary>
    /// Reads an interval: <c>-1h30m</c>, <c>-2 days 3 hours</c>, <c>-00:05:00</c>, <c>-P1DT2H</c>. A month counts 30
    /// days, a year 365.
    /// </summary>
    public static bool TryParseInterval(string text, out TimeSpan interval)
    {
        interval = default;
        var rest = text.AsSpan().Trim();
        var negative = rest.StartsWith("-");
        if (negative || rest.StartsWith("+"))
            rest = rest[1..].TrimStart();
        if (rest.IsEmpty)
            return false;
        var good = rest[0] is 'P' or 'p' ? TryIso(rest[1..], out interval)
            : rest.Contains(':') ? TryClock(rest, out interval)
            : TryUnits(rest, out interval);
        if (negative)
            interval = -interval;
        return good;
    }

    private static bool TryClock(ReadOnlySpan<char> text, out TimeSpan interval) => TimeSpan.TryParseExact(
        text, [@"h\:mm\:ss", @"hh\:mm\:ss", @"hh\:mm\:ss\.FFFFFF", @"h\:mm", @"hh\:mm"], CultureInfo.InvariantCulture,
        out interval);

    private static bool TryIso(ReadOnlySpan<char> text, out TimeSpan interval)
    {
        interval = default;
        var inTime = false;
        var any = false;
        while (!text.IsEmpty)
        {
            if (text[0] is 'T' or 't')
            {
                inTime = true;
                text = text[1..];
                continue;
            }

            if (!TryTakeNumber(ref text, out var number) || text.IsEmpty)
                return false;
            var unit = (char.ToUpperInvariant(text[0]), inTime) switch
            {
                ('Y', false) => TimeSpan.FromDays(365),
                ('M', false) => TimeSpan.FromDays(30),
                ('W', false) => TimeSpan.FromDays(7),
                ('D', false) => TimeSpan.FromDays(1),
                ('H', true) => TimeSpan.FromHours(1),
                ('M', true) => TimeSpan.FromMinutes(1),
                ('S', true) => TimeSpan.FromSeconds(1),
                _ => TimeSpan.Zero,
            };
            if (unit == TimeSpan.Zero || !TryAdd(ref interval, unit, number))
                return false;
            any = true;
            text = text[1..];
        }

        return any;
    }

    private static bool TryUnits(ReadOnlySpan<char> text, out TimeSpan interval)
    {
        interval = default;
        while (!text.IsEmpty)
        {
            if (!TryTakeNumber(ref text, out var number))
                return false;
            text = text.TrimStart();
            var length = 0;
            while (length < text.Length && char.IsLetter(text[length]))
                length++;
            var unit = UnitOf(text[..length]);
            if (unit == TimeSpan.Zero || !TryAdd(ref interval, unit, number))
                return false;
            text = text[length..].TrimStart();
        }

        return true;
    }

    private static TimeSpan UnitOf(ReadOnlySpan<char> unit) => unit.ToString().ToLowerInvariant() switch
    {
        "us" or "µs" or "microsecond" or "microseconds" => TimeSpan.FromTicks(10),
        "ms" or "millisecond" or "milliseconds" => TimeSpan.FromMilliseconds(1),
        "" or "s" or "sec" or "secs" or "second" or "seconds" => TimeSpan.FromSeconds(1),
        "m" or "min" or "mins" or "minute" or "minutes" => TimeSpan.FromMinutes(1),
        "h" or "hr" or "hrs" or "hour" or "hours" => TimeSpan.FromHours(1),
        "d" or "day" or "days" => TimeSpan.FromDays(1),
        "w" or "week" or "weeks" => TimeSpan.FromDays(7),
        "mon" or "mons" or "month" or "months" => TimeSpan.FromDays(30),
        "y" or "year" or "years" => TimeSpan.FromDays(365),
        _ => TimeSpan.Zero,
    };

    private static bool TryTakeNumber(ref ReadOnlySpan<char> text, out decimal number)
    {
        var length = 0;
        while (length < text.Length && (char.IsAsciiDigit(text[length]) || text[length] == '.'))
            length++;
        if (!decimal.TryParse(text[..length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number))
            return false;
        text = text[length..];
        return true;
    }

    private static bool TryAdd(ref TimeSpan interval, TimeSpan unit, decimal number)
    {
        const decimal Largest = 1e12m;
        if (number > Largest)
            return false;
        var ticks = unit.Ticks * number + interval.Ticks;
        if (ticks > TimeSpan.FromDays(365_000).Ticks)
            return false;
        interval = TimeSpan.FromTicks((long)ticks);
        return true;
    }

    // "+02" is what people write; the framework wants "+02:00".
    private static string WithFullOffset(string text) =>
        text.Length > 13 && text[^3] is '+' or '-' && char.IsAsciiDigit(text[^1])
            && text.Contains(':', StringComparison.Ordinal)
            ? text + ":00"
            : text;
}
