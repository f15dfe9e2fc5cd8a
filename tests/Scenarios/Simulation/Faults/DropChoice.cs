namespace Backup.Sql.Scenarios.Simulation.Faults;

/// <summary>How a drop under faults says what goes.</summary>
internal enum DropChoice
{
    ByName,
    Latest,
    ByRule,
}
