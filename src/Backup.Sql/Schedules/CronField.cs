using System.Globalization;

namespace Backup.Sql.Schedules;

/// <summary>One of the five fields of a cron expression.</summary>
/// <param name="Values">The values it allows, a bit for each.</param>
/// <param name="StartsWithStar">It restricts nothing, or a star by a step: cron treats its day field so.</param>
internal readonly record struct CronField(ulong Values, bool StartsWithStar)
{
    private static readonly string[] MonthNames =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

    private static readonly string[] DayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private static readonly Kind[] Kinds =
    [
        new(0, 59, []), new(0, 23, []), new(1, 31, []), new(1, 12, MonthNames),
        new(0, 7, DayNames), // 0 and 7 are both Sunday
    ];

    /// <summary>Reads minute, hour, day of the month, month and day of the week.</summary>
    /// <returns>Five fields; null if the text is something else.</returns>
    public static CronField[]? TryParseAll(string text)
    {
        var texts = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (texts.Length != Kinds.Length)
            return null;
        var fields = new CronField[Kinds.Length];
        for (var i = 0; i < fields.Length; i++)
        {
            if (TryParse(texts[i], Kinds[i]) is not { } values)
                return null;
            fields[i] = new CronField(values, texts[i][0] == '*');
        }

        const ulong Sunday = 1, SundayAgain = 1 << 7;
        var weekdays = fields[4].Values;
        if ((weekdays & SundayAgain) != 0)
            fields[4] = fields[4] with { Values = (weekdays & ~SundayAgain) | Sunday };
        return fields;
    }

    private static ulong? TryParse(string text, Kind kind)
    {
        var values = 0UL;
        foreach (var item in text.Split(','))
        {
            if (TryParseItem(item, kind) is not { } some)
                return null;
            values |= some;
        }

        return values;
    }

    // *, n, n-m, each with /step; n/step goes on to the end.
    private static ulong? TryParseItem(string item, Kind kind)
    {
        var slash = item.IndexOf('/', StringComparison.Ordinal);
        var range = slash < 0 ? item : item[..slash];
        var step = 1;
        if (slash >= 0 && (!TryNumber(item[(slash + 1)..], out step) || step == 0))
            return null;

        int first, last;
        if (range == "*")
        {
            (first, last) = (kind.Minimum, kind.LastOnce);
        }
        else
        {
            var ends = range.Split('-');
            if (ends.Length > 2 || !kind.TryValue(ends[0], out first))
                return null;
            last = slash < 0 ? first : kind.LastOnce;
            if (ends.Length == 2 && !kind.TryValue(ends[1], out last))
                return null;
        }

        if (first > last)
            return null;
        var values = 0UL;
        for (var value = first; value <= last; value += step)
            values |= 1UL << value;
        return values;
    }

    private static bool TryNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number < 1000;

    /// <summary>What values a field has.</summary>
    private sealed record Kind(int Minimum, int Maximum, string[] Names)
    {
        /// <summary>The last value that is not a second name of the first one.</summary>
        public int LastOnce => Names == DayNames ? 6 : Maximum;

        public bool TryValue(string text, out int value)
        {
            var name = Array.FindIndex(Names, n => n.Equals(text, StringComparison.OrdinalIgnoreCase));
            if (name >= 0)
            {
                value = name + Minimum;
                return true;
            }

            return TryNumber(text, out value) && value >= Minimum && value <= Maximum;
        }
    }
}
