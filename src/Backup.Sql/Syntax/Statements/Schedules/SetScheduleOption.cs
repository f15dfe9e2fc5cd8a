namespace Backup.Sql.Syntax;

/// <summary><c>SET SCHEDULE OPTION</c>.</summary>
/// <param name="Option">The option.</param>
public sealed record SetScheduleOption(ScheduleOption Option) : ScheduleChange;
