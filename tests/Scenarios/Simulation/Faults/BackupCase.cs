using Backup.Sql.TestKit.Faults;

namespace Backup.Sql.Scenarios.Simulation.Faults;

/// <summary>
/// A backup: what is listed restores exactly, what was acknowledged is listed, what was not is absent or complete.
/// </summary>
internal sealed class BackupCase(FaultWorld world, bool increment) : FaultCase(world)
{
    public override async Task PrepareAsync()
    {
        Create();
        if (!increment)
            return;
        await Bench.RunAsync(Full);
        Change();
    }

    public override Task ActAsync() => Bench.RunAsync(increment ? Increment : Full);

    public override async Task CheckAsync(bool done, FaultKind kind)
    {
        Assert.Equal(States[^1], Bench.Engine.Dump("shop"));
        Assert.Equal("shop", Assert.Single(Bench.Engine.Databases));
        await CheckLayersAsync((increment ? 1 : 0) + (done ? 1 : 0));
        await CheckWorksOnAsync();
    }
}
