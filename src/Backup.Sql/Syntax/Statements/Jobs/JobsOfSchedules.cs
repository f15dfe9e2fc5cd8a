namespace Backup.Sql.Syntax;

/// <summary>The jobs that schedules started.</summary>
/// <param name="Schedules">A query of one integer column: the schedules' ids.</param>
public sealed record JobsOfSchedules(Query Schedules) : JobSelection;
