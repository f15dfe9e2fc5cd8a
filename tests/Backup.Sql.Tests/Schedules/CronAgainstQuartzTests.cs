using Backup.Sql.Schedules;
using FsCheck;
using FsCheck.Fluent;
using QuartzCron = Quartz.CronExpression;

namespace Backup.Sql.Tests.Schedules;

/// <summary>Quartz's evaluator is the judge of ours.</summary>
public sealed class CronAgainstQuartzTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Gen<DateTimeOffset> Times =
        from days in Gen.Choose(0, 20 * 366)
        from seconds in Gen.Choose(0, 86399)
        select Start.AddDays(days).AddSeconds(seconds);

    [Fact]
    public void Five_fields_mean_what_Quartz_makes_of_them() => Prop.ForAll(
        CronSample.Any.SelectMany(sample => Times.Select(time => (sample, time))).ToArbitrary(),
        pair =>
        {
            var cron = CronExpression.TryParse(pair.sample.Text);
            var judge = pair.sample.Quartz.Select(ToQuartz).ToArray();
            var time = pair.time;
            for (var i = 0; i < 5; i++)
            {
                var expected = Next(judge, pair.sample.Both, time);
                if (cron is null || cron.Next(time) != expected)
                    return false;
                time = expected;
            }

            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void The_last_occurrence_is_the_one_that_walking_finds() => Prop.ForAll(
        CronSample.Any.SelectMany(sample => Times.Select(time => (sample, time))).ToArbitrary(),
        pair =>
        {
            var cron = CronExpression.TryParse(pair.sample.Text)!;
            var first = cron.Next(pair.time);
            var now = pair.time.AddDays(40);
            if (first > now)
                return true;
            var last = first;
            while (cron.Next(last) <= now)
                last = cron.Next(last);
            return cron.Last(first, now) == last;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    private static QuartzCron ToQuartz(string text) => new(text, TimeZoneInfo.Utc);

    private static DateTimeOffset Next(QuartzCron[] judge, bool both, DateTimeOffset time)
    {
        var nexts = judge.Select(cron => cron.GetNextValidTimeAfter(time)!.Value).ToArray();
        if (!both)
            return nexts.Min();
        while (nexts.Distinct().Count() > 1)
        {
            time = nexts.Max().AddTicks(-1);
            nexts = [.. judge.Select(cron => cron.GetNextValidTimeAfter(time)!.Value)];
        }

        return nexts[0];
    }
}
