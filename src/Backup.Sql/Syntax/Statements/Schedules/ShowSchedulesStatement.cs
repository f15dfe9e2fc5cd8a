namespace Backup.Sql.Syntax;

/// <summary><c>SHOW SCHEDULES</c>.</summary>
/// <param name="State">Running or paused ones only, or all.</param>
/// <param name="Type">The kind of schedules listed, or all.</param>
public sealed record ShowSchedulesStatement(ScheduleState State, ScheduleType Type) : Statement
{
    /// <inheritdoc/>
    public override string Kind => "SHOW SCHEDULES";
}
