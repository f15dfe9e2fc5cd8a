using Backup.Sql.Syntax;

namespace Backup.Sql.Sessions.Expiry;

/// <summary>
/// Grandfather, father and son: of each cycle the newest periods that hold a backup are kept, each by its first backup:
/// Sunday's of a week, that of the first day of a month or year, or the nearest later one. Periods without backups do
/// not count, so that an outage ages nothing out; and the backup that stands for a period never changes.
/// </summary>
internal static class Rotation
{
    /// <summary>Finds what is kept.</summary>
    /// <param name="backups">The backups.</param>
    /// <param name="timeOf">A backup's time.</param>
    /// <param name="rules">How many periods of each cycle.</param>
    /// <returns>The kept ones with the cycles that keep them, in the order of the rules.</returns>
    public static IReadOnlyDictionary<T, IReadOnlyList<RetentionCycle>> Keep<T>(
        IReadOnlyCollection<T> backups, Func<T, DateTimeOffset> timeOf, IReadOnlyList<RetentionRule> rules)
        where T : notnull
    {
        var kept = new Dictionary<T, List<RetentionCycle>>();
        foreach (var rule in rules)
        {
            var members = rule.Cycle == RetentionCycle.Last
                ? backups.OrderByDescending(timeOf)
                : backups.GroupBy(backup => StartOf(rule.Cycle, timeOf(backup)))
                    .OrderByDescending(period => period.Key)
                    .Select(period => period.MinBy(timeOf)!);
            foreach (var member in members.Take((int)Math.Min(rule.Count, int.MaxValue)))
            {
                if (!kept.TryGetValue(member, out var cycles))
                    kept.Add(member, cycles = []);
                cycles.Add(rule.Cycle);
            }
        }

        return kept.ToDictionary(pair => pair.Key, pair => (IReadOnlyList<RetentionCycle>)pair.Value);
    }

    /// <summary>The beginning of the period that a time lies in, in UTC.</summary>
    private static DateTime StartOf(RetentionCycle cycle, DateTimeOffset time)
    {
        var utc = time.UtcDateTime;
        return cycle switch
        {
            RetentionCycle.Hourly => utc.Date.AddHours(utc.Hour),
            RetentionCycle.Daily => utc.Date,
            RetentionCycle.Weekly => utc.Date.AddDays(-(int)utc.DayOfWeek),
            RetentionCycle.Monthly => new DateTime(utc.Year, utc.Month, 1),
            _ => new DateTime(utc.Year, 1, 1),
        };
    }
}
