using Backup.Sql.Scenarios.Simulation.Faults;

namespace Backup.Sql.Scenarios.Simulation;

/// <summary>Snapshots of repositories, under every fault at every call.</summary>
public sealed class SnapshotFaultMatrixTests
{
    [Fact]
    public async Task A_snapshot_survives_every_fault()
    {
        var world = new FaultWorld("memory");
        await FaultMatrix.RunAsync($"snapshot, {world}", () => new SnapshotCase(world, expires: false));
    }

    [Fact]
    public async Task Its_expiry_survives_every_fault()
    {
        var world = new FaultWorld("memory");
        await FaultMatrix.RunAsync($"expiry of a snapshot, {world}", () => new SnapshotCase(world, expires: true));
    }
}
