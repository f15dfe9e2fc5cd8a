using Backup.Sql.Schedules;

namespace Backup.Sql.Sessions.Schedules;

/// <summary>Who may change a schedule.</summary>
internal static class ScheduleRights
{
    public static void RequireOwner(ScheduleRecord schedule, string user)
    {
        _ = (schedule, user);
    }
}
