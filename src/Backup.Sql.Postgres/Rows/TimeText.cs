using System.Globalization;
using Backup.Sql.Rows;

namespace Backup.Sql.Postgres.Rows;

/// <summary>
/// Texts of days and times as the server reads them under <c>DateStyle = ISO</c>, with years before Christ and beyond
/// 9999. Each writes into a span of <see cref="MaxLength"/> bytes and gives the length.
/// </summary>
internal static class TimeText
{
    public const int MaxLength = 64;
    private const long MicrosecondsPerSecond = 1_000_000;
    private const long MicrosecondsPerDay = 86_400 * MicrosecondsPerSecond;

    /// <summary>A day, in days since 1970-01-01.</summary>
    public static int Date(Span<byte> text, int days) => days switch
    {
        int.MaxValue => Copy(text, "infinity"u8),
        int.MinValue => Copy(text, "-infinity"u8),
        _ => Days(text, days, out var isBefore) is var length && isBefore
            ? length + Copy(text[length..], " BC"u8)
            : length,
    };

    /// <summary>A time of day, in microseconds.</summary>
    public static int Time(Span<byte> text, long microseconds)
    {
        var (seconds, fraction) = long.DivRem(microseconds, MicrosecondsPerSecond);
        var length = Number(text, seconds / 3600, 2);
        text[length++] = (byte)':';
        length += Number(text[length..], seconds / 60 % 60, 2);
        text[length++] = (byte)':';
        length += Number(text[length..], seconds % 60, 2);
        if (fraction == 0)
            return length;
        text[length++] = (byte)'.';
        return length + Number(text[length..], fraction, 6);
    }

    /// <summary>Date and time of day, in microseconds since 1970-01-01.</summary>
    /// <param name="text">Takes the text.</param>
    /// <param name="microseconds">The value.</param>
    /// <param name="isInstant">True to say that it is UTC.</param>
    public static int Timestamp(Span<byte> text, long microseconds, bool isInstant)
    {
        if (microseconds is long.MaxValue)
            return Copy(text, "infinity"u8);
        if (microseconds is long.MinValue)
            return Copy(text, "-infinity"u8);
        var days = Math.DivRem(microseconds, MicrosecondsPerDay, out var rest);
        if (rest < 0)
            (days, rest) = (days - 1, rest + MicrosecondsPerDay);
        return Timestamp(text, (int)days, rest, isInstant);
    }

    /// <summary>The server's own count of microseconds, which starts in 2000.</summary>
    public static int ServerTimestamp(Span<byte> text, long microseconds, bool isInstant)
    {
        var days = Math.DivRem(microseconds, MicrosecondsPerDay, out var rest);
        if (rest < 0)
            (days, rest) = (days - 1, rest + MicrosecondsPerDay);
        return Timestamp(text, (int)days + PostgresTimes.Days, rest, isInstant);
    }

    /// <summary>A span of time: months, days, then hours, minutes and seconds with one sign.</summary>
    public static int Interval(Span<byte> text, IntervalValue value)
    {
        value.Months.TryFormat(text, out var length, default, CultureInfo.InvariantCulture);
        length += Copy(text[length..], " mons "u8);
        value.Days.TryFormat(text[length..], out var digits, default, CultureInfo.InvariantCulture);
        length += digits;
        length += Copy(text[length..], " days "u8);
        if (value.Microseconds < 0)
            text[length++] = (byte)'-';
        var magnitude = value.Microseconds < 0 ? 0 - (ulong)value.Microseconds : (ulong)value.Microseconds;
        var seconds = (long)(magnitude / MicrosecondsPerSecond);
        length += Time(text[length..], seconds * MicrosecondsPerSecond);
        var fraction = (long)(magnitude % MicrosecondsPerSecond);
        if (fraction == 0)
            return length;
        text[length++] = (byte)'.';
        return length + Number(text[length..], fraction, 6);
    }

    private static int Timestamp(Span<byte> text, int days, long timeOfDay, bool isInstant)
    {
        var length = Days(text, days, out var isBefore);
        text[length++] = (byte)' ';
        length += Time(text[length..], timeOfDay);
        if (isInstant)
            length += Copy(text[length..], "+00"u8);
        return isBefore ? length + Copy(text[length..], " BC"u8) : length;
    }

    private static int Days(Span<byte> text, int days, out bool isBeforeChrist)
    {
        var (year, month, day) = CalendarDay.FromDays(days);
        isBeforeChrist = year <= 0;
        var length = Number(text, isBeforeChrist ? 1 - year : year, 4);
        text[length++] = (byte)'-';
        length += Number(text[length..], month, 2);
        text[length++] = (byte)'-';
        return length + Number(text[length..], day, 2);
    }

    private static int Number(Span<byte> text, long value, int least)
    {
        var length = least;
        for (var limit = Power(least); limit <= value; limit *= 10)
            length++;
        for (var i = length - 1; i >= 0; i--, value /= 10)
            text[i] = (byte)('0' + (value % 10));
        return length;
    }

    private static long Power(int digits) => digits switch { 2 => 100, 4 => 10_000, _ => 1_000_000 };

    private static int Copy(Span<byte> text, ReadOnlySpan<byte> word)
    {
        word.CopyTo(text);
        return word.Length;
    }
}
