using Xunit.Abstractions;

namespace Backup.Sql.Scenarios.Simulation.Corruption;

/// <summary>The sweep on files and in memory.</summary>
public sealed class CorruptionSweepTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("memory", "mem", true)]
    [InlineData("memory", "file", true)]
    [InlineData("sqlite", "mem", false)]
    [InlineData("sqlite", "file", false)]
    [InlineData("sqlite", "mem", true)]
    public Task Every_damage_of_a_plain_chain_is_found(string engine, string store, bool rows) =>
        SweepAsync(new SweepCase(engine, store, rows, Encrypted: false));

    [Theory]
    [InlineData("memory", "mem", true)]
    [InlineData("sqlite", "mem", false)]
    public Task Every_damage_of_a_sealed_chain_is_found(string engine, string store, bool rows) =>
        SweepAsync(new SweepCase(engine, store, rows, Encrypted: true));

    [Theory]
    [InlineData("memory", "mem")]
    [InlineData("sqlite", "file")]
    public Task Damaged_hints_locks_notes_and_remains_do_no_harm(string engine, string store)
    {
        var sweep = new SweepCase(engine, store, Rows: false, Encrypted: false);
        return Seeds.RunAsync(1, async seed => output.WriteLine(await CorruptionSweep.SweepRemainsAsync(sweep, seed)));
    }

    private Task SweepAsync(SweepCase sweep) =>
        Seeds.RunAsync(1, async seed => output.WriteLine(await CorruptionSweep.SweepAsync(sweep, seed)));
}
