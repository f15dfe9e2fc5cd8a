namespace Backup.Sql.Syntax;

/// <summary><c>SHOW SCHEDULE</c>: one schedule.</summary>
/// <param name="Schedule">Its id.</param>
public sealed record ShowScheduleStatement(Expression Schedule) : Statement
{
    /// <inheritdoc/>
    public override string Kind => "SHOW SCHEDULE";
}
