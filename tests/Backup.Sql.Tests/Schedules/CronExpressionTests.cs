using System.Globalization;
using Backup.Sql.Schedules;

namespace Backup.Sql.Tests.Schedules;

public sealed class CronExpressionTests
{
    [Theory]
    [InlineData("* * * * *", "2026-11-20 22:45:12", "2026-11-20 22:46:00")]
    [InlineData("0 3 * * *", "2026-11-20 03:00:00", "2026-11-21 03:00:00")]
    [InlineData("*/20 9-17 * * mon-fri", "2026-11-20 17:41:00", "2026-11-23 09:00:00")]
    [InlineData("0 0 31 * *", "2026-11-01 00:00:00", "2026-12-31 00:00:00")]
    [InlineData("0 0 29 feb *", "2026-11-01 00:00:00", "2028-02-29 00:00:00")]
    [InlineData("0 0 29 2 *", "2096-02-29 00:00:00", "2104-02-29 00:00:00")]
    [InlineData("30 6 1,15 1/6 *", "2026-07-15 06:30:00", "2027-01-01 06:30:00")]
    [InlineData("0 0 1 apr-Dec/4 *", "2026-05-01 00:00:00", "2026-08-01 00:00:00")]
    [InlineData("0 0 * * 7", "2026-11-20 00:00:00", "2026-11-22 00:00:00")]
    [InlineData("0 0 * * Fri-7", "2026-11-22 00:00:00", "2026-11-27 00:00:00")]
    [InlineData("@hourly", "2026-11-20 22:45:12", "2026-11-20 23:00:00")]
    [InlineData("@daily", "2026-11-20 22:45:12", "2026-11-21 00:00:00")]
    [InlineData("@MIDNIGHT", "2026-11-20 22:45:12", "2026-11-21 00:00:00")]
    [InlineData("@weekly", "2026-11-20 22:45:12", "2026-11-22 00:00:00")]
    [InlineData("@monthly", "2026-11-20 22:45:12", "2026-12-01 00:00:00")]
    [InlineData("@yearly", "2026-11-20 22:45:12", "2027-01-01 00:00:00")]
    [InlineData("@annually", "2026-11-20 22:45:12", "2027-01-01 00:00:00")]
    [InlineData("@every 1h30m", "2026-11-20 22:45:12.7", "2026-11-21 00:15:12")]
    [InlineData(" @every 90s ", "2026-11-20 22:45:12", "2026-11-20 22:46:42")]
    public void The_next_time_is_the_first_one_after(string cron, string after, string next) =>
        Assert.Equal(At(next), Parse(cron).Next(At(after)));

    [Theory]
    [InlineData("0 0 13 * 5", "2026-11-20 00:00:00", "2026-11-27 00:00:00")] // either is enough: the next Friday
    [InlineData("0 0 13 * 5", "2026-12-11 00:00:00", "2026-12-13 00:00:00")] // or the 13th
    [InlineData("0 0 */2 * 5", "2026-11-20 00:00:00", "2026-11-27 00:00:00")] // a star does not count as restricted
    [InlineData("0 0 13 * *", "2026-11-20 00:00:00", "2026-12-13 00:00:00")]
    public void Both_day_fields_mean_what_they_mean_to_cron(string cron, string after, string next) =>
        Assert.Equal(At(next), Parse(cron).Next(At(after)));

    [Theory]
    [InlineData("")]
    [InlineData("@often")]
    [InlineData("@every")]
    [InlineData("@every 0s")]
    [InlineData("@every h")]
    [InlineData("@every 5")]
    [InlineData("@every -5m")]
    [InlineData("@every 99999d")]
    [InlineData("* * * *")]
    [InlineData("* * * * * *")]
    [InlineData("60 * * * *")]
    [InlineData("* 24 * * *")]
    [InlineData("* * 0 * *")]
    [InlineData("* * 32 * *")]
    [InlineData("* * * 13 *")]
    [InlineData("* * * * 8")]
    [InlineData("* * * foo *")]
    [InlineData("5-3 * * * *")]
    [InlineData("1-2-3 * * * *")]
    [InlineData("*/0 * * * *")]
    [InlineData("*/x * * * *")]
    [InlineData("1,,2 * * * *")]
    [InlineData("-1 * * * *")]
    [InlineData("+1 * * * *")]
    [InlineData("0 0 30 2 *")] // a day that never comes
    [InlineData("0 0 31 4,6 *")]
    public void What_is_no_expression_is_refused(string text) => Assert.Null(CronExpression.TryParse(text));

    [Theory]
    [InlineData("@hourly", "01:00:00")]
    [InlineData("*/5 * * * *", "00:05:00")]
    [InlineData("@daily", "1.00:00:00")]
    [InlineData("@weekly", "7.00:00:00")]
    [InlineData("0 0,12 * * *", "12:00:00")]
    [InlineData("@every 36h", "1.12:00:00")]
    public void The_average_interval_is_exact_where_the_calendar_is_even(string cron, string interval) =>
        Assert.Equal(TimeSpan.Parse(interval, CultureInfo.InvariantCulture), Parse(cron).AverageInterval);

    [Fact]
    public void Uneven_expressions_have_their_average()
    {
        Assert.InRange(Parse("@monthly").AverageInterval.TotalDays, 30.4, 30.5);
        Assert.InRange(Parse("0 9-17 * * *").AverageInterval.TotalHours, 2.6, 2.7);
        Assert.InRange(Parse("0 0 29 2 *").AverageInterval.TotalDays, 4 * 365.0, (4 * 365.0) + 1);
    }

    [Theory]
    [InlineData("@hourly", "2026-11-20 03:00:00", "2026-11-20 03:00:00", "2026-11-20 03:00:00")]
    [InlineData("@hourly", "2026-11-20 03:00:00", "2026-11-20 03:59:59", "2026-11-20 03:00:00")]
    [InlineData("@hourly", "2020-11-20 03:00:00", "2026-11-20 17:30:00", "2026-11-20 17:00:00")]
    [InlineData("* 0 1 1 *", "2020-01-01 00:59:00", "2026-11-20 17:30:00", "2026-01-01 00:59:00")]
    [InlineData("@every 7h", "2026-11-20 03:00:30", "2026-11-21 03:00:00", "2026-11-21 00:00:30")]
    public void The_last_of_missed_times_is_found(string cron, string first, string now, string last) =>
        Assert.Equal(At(last), Parse(cron).Last(At(first), At(now)));

    private static CronExpression Parse(string text) =>
        CronExpression.TryParse(text) ?? throw new InvalidOperationException($"{text} was not understood");

    private static DateTimeOffset At(string text) =>
        DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
