using Backup.Sql.Scenarios.Simulation.Faults;

namespace Backup.Sql.Scenarios.Simulation;

/// <summary>
/// Every statement that reads or writes a collection, under every fault at every call. Whatever happens: what is listed
/// restores exactly, what was acknowledged is listed, what was not is absent or complete, a job whose process died is brought
/// to its end with the files that it had finished, no object is overwritten, databases are untouched unless a restore was
/// acknowledged, nothing lies about, and the next statements work.
/// </summary>
public sealed class FaultMatrixTests
{
    [Theory]
    [InlineData("memory", "mem")]
    [InlineData("sqlite", "file")]
    public async Task A_full_backup_survives_every_fault(string engine, string store)
    {
        var world = new FaultWorld(engine, store);
        var tally = await FaultMatrix.RunAsync($"full backup, {world}", () => new BackupCase(world, increment: false));
        Assert.True(tally.Kept > 0, "No finished file was kept.");
    }

    [Theory]
    [InlineData("memory", "mem")]
    [InlineData("sqlite", "file")]
    public async Task An_incremental_backup_survives_every_fault(string engine, string store)
    {
        var world = new FaultWorld(engine, store);
        var tally = await FaultMatrix.RunAsync($"incremental backup, {world}", () => new BackupCase(world, increment: true));
        Assert.True(tally.Kept > 0, "No finished file was kept.");
    }

    [Theory]
    [InlineData("memory", "mem")]
    [InlineData("sqlite", "file")]
    public async Task A_restore_survives_every_fault(string engine, string store)
    {
        var world = new FaultWorld(engine, store);
        await FaultMatrix.RunAsync($"restore of a database, {world}", () => new RestoreCase(world, RestoreScope.Database));
    }

    [Theory]
    [InlineData("memory", "file")]
    [InlineData("sqlite", "mem")]
    public async Task A_restore_of_one_table_survives_every_fault(string engine, string store)
    {
        var world = new FaultWorld(engine, store);
        await FaultMatrix.RunAsync($"restore of a table, {world}", () => new RestoreCase(world, RestoreScope.Table));
    }

    [Theory]
    [InlineData("memory", "mem")]
    [InlineData("sqlite", "file")]
    public async Task A_restore_of_a_cluster_survives_every_fault(string engine, string store)
    {
        var world = new FaultWorld(engine, store);
        await FaultMatrix.RunAsync(
            $"restore of a cluster, {world}", () => new RestoreCase(world, RestoreScope.Cluster), FaultMatrix.IsCrashOrDrawn);
    }
}
