namespace Backup.Sql.Scenarios.Simulation.Faults;

/// <summary>What a restore under faults restores.</summary>
internal enum RestoreScope
{
    Database,
    Table,
    Cluster,
}
