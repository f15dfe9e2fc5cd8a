namespace Backup.Sql.Syntax;

/// <summary><c>SET RECURRING</c>.</summary>
/// <param name="Recurrence">A cron text.</param>
public sealed record SetScheduleRecurrence(StringOrPlaceholder Recurrence) : ScheduleChange;
