namespace Backup.Sql.Syntax;

/// <summary><c>SET LABEL</c>.</summary>
/// <param name="Label">The new label.</param>
public sealed record SetScheduleLabel(StringOrPlaceholder Label) : ScheduleChange;
