using Backup.Sql.Scenarios.Simulation.Faults;

namespace Backup.Sql.Scenarios.Simulation;

/// <summary>What removes, under every fault at every call.</summary>
public sealed class DropFaultMatrixTests
{
    [Theory]
    [InlineData("memory", "file")]
    [InlineData("sqlite", "mem")]
    public async Task Dropping_a_chain_by_its_name_survives_every_fault(string engine, string store)
    {
        var world = new FaultWorld(engine, store);
        await FaultMatrix.RunAsync(
            $"drop by name, {world}", () => new DropCase(world, DropChoice.ByName),
            engine == "memory" ? null : FaultMatrix.IsCrashOrDrawn);
    }

    [Fact]
    public async Task Dropping_the_latest_chain_survives_every_fault()
    {
        var world = new FaultWorld("memory");
        await FaultMatrix.RunAsync($"drop of LATEST, {world}", () => new DropCase(world, DropChoice.Latest), FaultMatrix.IsCrashOrDrawn);
    }

    [Fact]
    public async Task Dropping_by_a_rule_survives_every_fault()
    {
        var world = new FaultWorld("memory");
        await FaultMatrix.RunAsync($"drop by rule, {world}", () => new DropCase(world, DropChoice.ByRule), FaultMatrix.IsCrashOrDrawn);
    }
}
