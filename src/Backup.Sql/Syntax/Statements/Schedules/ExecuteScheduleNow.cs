namespace Backup.Sql.Syntax;

/// <summary><c>EXECUTE [FULL] IMMEDIATELY</c>.</summary>
/// <param name="IsFull">True for FULL.</param>
public sealed record ExecuteScheduleNow(bool IsFull) : ScheduleChange;
