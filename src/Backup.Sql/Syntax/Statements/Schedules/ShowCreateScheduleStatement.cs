namespace Backup.Sql.Syntax;

/// <summary><c>SHOW CREATE SCHEDULE</c> and <c>SHOW CREATE ALL SCHEDULES</c>.</summary>
/// <param name="Schedule">The schedule's id; null for all.</param>
public sealed record ShowCreateScheduleStatement(Expression? Schedule) : Statement
{
    /// <inheritdoc/>
    public override string Kind => "SHOW CREATE SCHEDULE";
}
