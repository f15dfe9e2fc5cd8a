using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace Backup.Sql.Tests.Schedules;

/// <summary>A cron expression in five fields, and what it means in Quartz's form.</summary>
/// <param name="Text">Five fields.</param>
/// <param name="Quartz">
/// Quartz knows one day field at a time: one expression, or two of which either or both must hold.
/// </param>
/// <param name="Both">True where both must hold.</param>
internal sealed record CronSample(string Text, string[] Quartz, bool Both)
{
    private static readonly string[] Months =
        ["jan", "FEB", "mar", "apr", "May", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

    private static readonly string[] Days = ["sun", "mon", "TUE", "wed", "thu", "fri", "Sat"];

    public static Gen<CronSample> Any { get; } =
        from minutes in Field(0, 59)
        from hours in Field(0, 23)
        from days in Field(1, 28)
        from months in Field(1, 12, m => Months[m - 1])
        from weekdays in Weekdays()
        select Of(minutes, hours, days, months, weekdays);

    public override string ToString() => Text;

    private static CronSample Of(
        string minutes, string hours, string days, string months, (string Text, string Quartz) weekdays)
    {
        var text = $"{minutes} {hours} {days} {months} {weekdays.Text}";
        var byDay = $"0 {minutes} {hours} {days} {months} ?";
        var byWeekday = $"0 {minutes} {hours} ? {months} {weekdays.Quartz}";
        if (weekdays.Text == "*")
            return new CronSample(text, [byDay], false);
        return days == "*"
            ? new CronSample(text, [byWeekday], false)
            : new CronSample(text, [byDay, byWeekday], days[0] == '*' || weekdays.Text[0] == '*');
    }

    private static Gen<string> Field(int minimum, int maximum, Func<int, string>? name = null) => Gen.Frequency(
        (3, Gen.Constant("*")),
        (1, Gen.Choose(1, maximum).Select(step => string.Create(CultureInfo.InvariantCulture, $"*/{step}"))),
        (5, Gen.Choose(1, 3).SelectMany(count => Gen.ArrayOf(Item(minimum, maximum, name), count))
            .Select(items => string.Join(',', items))));

    private static Gen<string> Item(int minimum, int maximum, Func<int, string>? name) =>
        from first in Gen.Choose(minimum, maximum)
        from last in Gen.Choose(first, maximum)
        from step in Gen.Choose(1, 7)
        from named in Gen.Elements(true, false)
        from shape in Gen.Choose(0, 3)
        let start = Value(first, named ? name : null)
        let end = Value(last, named ? name : null)
        select shape switch
        {
            0 => start,
            1 => $"{start}-{end}",
            2 => string.Create(CultureInfo.InvariantCulture, $"{first}-{last}/{step}"), // Quartz knows no step of names
            _ => string.Create(CultureInfo.InvariantCulture, $"{Value(first, null)}/{step}"),
        };

    // Sunday is 0 and 7 to cron and 1 to Quartz, so its days are listed one by one.
    private static Gen<(string Text, string Quartz)> Weekdays() => Gen.Frequency(
        (3, Gen.Constant(("*", "*"))),
        (1, Gen.Choose(1, 7).Select(step =>
            (string.Create(CultureInfo.InvariantCulture, $"*/{step}"), Listed(0, 6, step)))),
        (4, from first in Gen.Choose(0, 7)
            from last in Gen.Choose(first, 7)
            from step in Gen.Choose(1, 3)
            from named in Gen.Elements(true, false)
            let end = named && last < 7 ? Days[last] : Value(last, null)
            let start = named && first < 7 ? Days[first] : Value(first, null)
            select step == 1
                ? ($"{start}-{end}", Listed(first, last, 1))
                : (string.Create(CultureInfo.InvariantCulture, $"{start}-{end}/{step}"), Listed(first, last, step))));

    private static string Value(int value, Func<int, string>? name) =>
        name?.Invoke(value) ?? value.ToString(CultureInfo.InvariantCulture);

    private static string Listed(int first, int last, int step) => string.Join(
        ',', Enumerable.Range(first, last - first + 1).Where(day => (day - first) % step == 0)
            .Select(day => (day % 7) + 1).Distinct());
}
