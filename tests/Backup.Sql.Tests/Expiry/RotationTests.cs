using System.Globalization;
using Backup.Sql.Sessions.Expiry;
using Backup.Sql.Syntax;
using FsCheck;
using FsCheck.Fluent;

namespace Backup.Sql.Tests.Expiry;

public sealed class RotationTests
{
    private static readonly DateTimeOffset Start = new(2027, 12, 27, 0, 0, 0, TimeSpan.Zero);

    private static readonly RetentionCycle[] Cycles = Enum.GetValues<RetentionCycle>();

    [Fact]
    public void The_rotation_keeps_what_a_naive_model_keeps()
    {
        // Minutes over some three years, in clusters, so that periods are empty, full, and shared.
        var times = Gen.Choose(0, 60).SelectMany(_ => Gen.OneOf(
            Gen.Choose(0, 3 * 366 * 24 * 60), Gen.Choose(0, 40 * 24 * 60), Gen.Choose(0, 48 * 60))).ArrayOf(60);
        var rules = Gen.Choose(0, 5).ArrayOf(Cycles.Length);
        Prop.ForAll(times.ToArbitrary(), rules.ToArbitrary(), (minutes, counts) =>
        {
            var backups = minutes.Distinct().Select(minute => Start.AddMinutes(minute)).ToList();
            var wanted = Cycles.Zip(counts).Where(pair => pair.Second > 0)
                .Select(pair => new RetentionRule(pair.First, pair.Second)).ToList();
            var kept = Rotation.Keep(backups, backup => backup, wanted);
            var model = wanted.SelectMany(rule => Naive(backups, rule).Select(backup => (backup, rule.Cycle)))
                .GroupBy(pair => pair.backup, pair => pair.Cycle).ToDictionary(group => group.Key, group => group.ToList());
            return kept.Count == model.Count
                && kept.All(pair => model.TryGetValue(pair.Key, out var cycles) && cycles.SequenceEqual(pair.Value));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_later_backup_never_changes_what_stands_for_an_earlier_period()
    {
        var times = Gen.Choose(0, 400 * 24).ArrayOf(30);
        var cycle = Gen.Elements(Cycles.Where(c => c != RetentionCycle.Last).ToArray());
        Prop.ForAll(times.ToArbitrary(), cycle.ToArbitrary(), (hours, chosen) =>
        {
            var rule = new RetentionRule(chosen, 1000);
            var backups = hours.Distinct().Order().Select(hour => Start.AddHours(hour)).ToList();
            var before = Rotation.Keep(backups, backup => backup, [rule]).Keys;
            backups.Add(backups.DefaultIfEmpty(Start).Max().AddHours(1));
            return before.All(Rotation.Keep(backups, backup => backup, [rule]).ContainsKey);
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("2030-01-06 05:00", "2030-01-05 23:59", "2030-01-06 00:30")] // a Sunday begins a week
    [InlineData("2030-01-09 05:00", "2030-01-05 23:59", "2030-01-07 00:30")] // no backup on Sunday: the nearest later one
    public void A_week_is_kept_by_its_sunday_or_the_nearest_later_backup(string now, string before, string kept)
    {
        DateTimeOffset[] backups = [At(before), At(kept), At(now)];
        Assert.Equal([At(kept)], Rotation.Keep(backups, backup => backup, [new RetentionRule(RetentionCycle.Weekly, 1)]).Keys);
    }

    [Fact]
    public void Periods_without_backups_do_not_age_the_others_out()
    {
        DateTimeOffset[] backups = [At("2030-01-01 03:00"), At("2030-01-02 03:00"), At("2030-06-30 03:00")];
        var kept = Rotation.Keep(backups, backup => backup, [new RetentionRule(RetentionCycle.Daily, 3)]);
        Assert.Equal(3, kept.Count);
    }

    private static DateTimeOffset At(string text) =>
        DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    /// <summary>Walks from the newest backup back, counting periods by their names.</summary>
    private static IEnumerable<DateTimeOffset> Naive(List<DateTimeOffset> backups, RetentionRule rule)
    {
        var periods = new List<string>();
        foreach (var backup in backups.OrderByDescending(time => time))
        {
            var period = NameOf(rule.Cycle, backup);
            if (!periods.Contains(period) && periods.Count < rule.Count)
                periods.Add(period);
        }

        foreach (var backup in backups)
        {
            var period = NameOf(rule.Cycle, backup);
            if (periods.Contains(period) && !backups.Exists(other => other < backup && NameOf(rule.Cycle, other) == period))
                yield return backup;
        }
    }

    private static string NameOf(RetentionCycle cycle, DateTimeOffset time)
    {
        var sunday = time;
        while (sunday.DayOfWeek != DayOfWeek.Sunday)
            sunday = sunday.AddDays(-1);
        return cycle switch
        {
            RetentionCycle.Last => time.ToString("O", CultureInfo.InvariantCulture),
            RetentionCycle.Hourly => time.ToString("yyyy-MM-dd HH", CultureInfo.InvariantCulture),
            RetentionCycle.Daily => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            RetentionCycle.Weekly => sunday.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            RetentionCycle.Monthly => time.ToString("yyyy-MM", CultureInfo.InvariantCulture),
            _ => time.ToString("yyyy", CultureInfo.InvariantCulture),
        };
    }
}
