using Backup.Sql.Rows;

namespace Backup.Sql.Tests.Rows;

public sealed class CalendarDayTests
{
    private static readonly int Epoch = new DateOnly(1970, 1, 1).DayNumber;

    [Fact]
    public void Every_day_that_the_framework_knows_is_the_same_here()
    {
        for (var date = DateOnly.MinValue; ; date = date.AddDays(1))
        {
            if (CalendarDay.FromDays(date.DayNumber - Epoch) != new CalendarDay(date.Year, date.Month, date.Day))
                Assert.Fail($"{date:O} is {CalendarDay.FromDays(date.DayNumber - Epoch)}");
            if (date == DateOnly.MaxValue)
                break;
        }
    }

    [Theory]
    [InlineData(-719_528, 0, 1, 1)]
    [InlineData(-719_529, -1, 12, 31)]
    [InlineData(-2_440_588, -4713, 11, 24)]
    [InlineData(2_932_897, 10_000, 1, 1)]
    [InlineData(int.MaxValue, 5_881_580, 7, 11)]
    public void Days_beyond_follow_the_same_calendar(long days, long year, int month, int day) =>
        Assert.Equal(new CalendarDay(year, month, day), CalendarDay.FromDays(days));
}
