using Backup.Sql.Scenarios.Simulation.Faults;

namespace Backup.Sql.Scenarios.Simulation;

/// <summary>Chains under a passphrase: every crash at every call, and some of the other faults.</summary>
public sealed class SealedFaultMatrixTests
{
    [Fact]
    public async Task A_restore_survives_faults()
    {
        var world = new FaultWorld("memory") { Key = "encryption_passphrase = 'correct horse'" };
        await FaultMatrix.RunAsync(
            $"restore of a database, {world}", () => new RestoreCase(world, RestoreScope.Database),
            FaultMatrix.IsCrashOrDrawn);
    }
}
