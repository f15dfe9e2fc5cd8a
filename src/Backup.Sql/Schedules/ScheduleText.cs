using System.Globalization;

namespace Backup.Sql.Schedules;

/// <summary>How schedules speak of times.</summary>
internal static class ScheduleText
{
    public static string Of(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
