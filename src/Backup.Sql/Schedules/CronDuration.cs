using System.Globalization;

namespace Backup.Sql.Schedules;

/// <summary>The duration of <c>@every</c>: numbers with units, such as <c>1h30m</c> or <c>2d</c>.</summary>
internal static class CronDuration
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(3650);

    /// <summary>Reads a duration.</summary>
    /// <returns>Whole seconds, one at least; null if the text is none, or above ten years.</returns>
    public static TimeSpan? TryParse(string text)
    {
        var rest = text.AsSpan().Trim();
        if (rest.IsEmpty)
            return null;
        var sum = TimeSpan.Zero;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits <= 0 || !int.TryParse(
                rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return null;
            var seconds = char.ToLowerInvariant(rest[digits]) switch
            {
                's' => 1,
                'm' => 60,
                'h' => 3600,
                'd' => 86400,
                'w' => 7 * 86400,
                _ => 0,
            };
            if (seconds == 0 || (double)number * seconds > Longest.TotalSeconds)
                return null;
            sum += TimeSpan.FromSeconds((long)number * seconds);
            if (sum > Longest)
                return null;
            rest = rest[(digits + 1)..];
        }

        return sum >= TimeSpan.FromSeconds(1) ? sum : null;
    }
}
