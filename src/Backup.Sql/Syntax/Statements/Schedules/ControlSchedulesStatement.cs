namespace Backup.Sql.Syntax;

/// <summary><c>PAUSE</c>, <c>RESUME</c>, <c>DROP</c> and <c>EXECUTE</c> of schedules.</summary>
/// <param name="Control">What is done.</param>
/// <param name="Schedules">A query of one integer column: the schedules' ids.</param>
public sealed record ControlSchedulesStatement(ScheduleControl Control, Query Schedules) : Statement
{
    /// <inheritdoc/>
    public override string Kind => Control switch
    {
        ScheduleControl.Pause => "PAUSE SCHEDULES",
        ScheduleControl.Resume => "RESUME SCHEDULES",
        ScheduleControl.Drop => "DROP SCHEDULES",
        _ => "EXECUTE SCHEDULES",
    };
}
