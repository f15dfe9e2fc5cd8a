using Backup.Sql.Engines;
using Backup.Sql.TestKit.EngineContract;

namespace Backup.Sql.TestKit.Tests.EngineContract;

public sealed class MemoryEngineConformanceTests
{
    private const EngineCapabilities Everything =
        EngineCapabilities.TimeTravel | EngineCapabilities.ChangeExport | EngineCapabilities.RevisionHistory
        | EngineCapabilities.RetentionHolds | EngineCapabilities.Schemas | EngineCapabilities.Partitions
        | EngineCapabilities.ReplaceRows | EngineCapabilities.RestoreLedger;

    public static TheoryData<string> Checks => [.. EngineConformance.Checks];

    public static TheoryData<EngineCapabilities> Combinations => new(
        EngineCapabilities.None,
        EngineCapabilities.TimeTravel,
        EngineCapabilities.ChangeExport | EngineCapabilities.RestoreLedger,
        EngineCapabilities.ChangeExport | EngineCapabilities.RetentionHolds,
        EngineCapabilities.TimeTravel | EngineCapabilities.ChangeExport,
        EngineCapabilities.TimeTravel | EngineCapabilities.RetentionHolds | EngineCapabilities.Schemas,
        EngineCapabilities.Schemas | EngineCapabilities.Partitions,
        Everything & ~EngineCapabilities.RetentionHolds,
        Everything);

    [Theory]
    [MemberData(nameof(Checks))]
    public async Task The_engine_in_memory_keeps_to_the_contract(string check) =>
        await new EngineConformance(() => new MemoryFixture(Everything)).RunAsync(check);

    [Theory]
    [MemberData(nameof(Combinations))]
    public async Task So_it_does_with_fewer_abilities(EngineCapabilities capabilities)
    {
        var report = await new EngineConformance(() => new MemoryFixture(capabilities)).RunAllAsync();
        Assert.True(report.Passed, report.ToString());
        Assert.All(
            report.Results,
            result => Assert.Equal(
                capabilities.HasFlag(result.Ability) ? ConformanceVerdict.Passed : ConformanceVerdict.Refused,
                result.Verdict));
    }

    [Fact]
    public async Task So_it_does_with_row_ids_that_do_not_last()
    {
        var report = await new EngineConformance(
            () => new MemoryFixture(Everything, stableRowIds: false)).RunAllAsync();
        Assert.True(report.Passed, report.ToString());
    }

    [Fact]
    public async Task The_report_counts_every_check_in_the_line_of_its_ability()
    {
        var claimed = EngineCapabilities.TimeTravel | EngineCapabilities.Schemas | EngineCapabilities.ReplaceRows;
        var report = await new EngineConformance(() => new MemoryFixture(claimed)).RunAllAsync();
        var lines = report.Abilities.ToDictionary(line => line.Name);
        Assert.Equal(report.Results.Count, report.Abilities.Sum(line => line.Checks));
        Assert.All(report.Abilities, line => Assert.Equal(line.Checks, line.Passed + line.Refused + line.Failed));
        Assert.Equal("passed", lines["contract"].Verdict);
        Assert.Equal("passed", lines["time travel"].Verdict);
        Assert.Equal(("claimed", 0), (lines["schemas"].Verdict, lines["schemas"].Checks));
        Assert.Equal("not claimed", lines["replace rows of partitions"].Verdict);
        Assert.Contains("memory ", report.ToString(), StringComparison.Ordinal);
        Assert.Contains("keeps to the contract", report.ToString(), StringComparison.Ordinal);
        Assert.Equal(report.Results.Count, report.ToLines().Count(letter => letter == '\n'));
    }

    [Fact]
    public async Task The_report_names_what_failed_and_why()
    {
        var suite = new EngineConformance(
            () => new BrokenFixture(new MemoryFixture(Everything), EngineFault.HoldsAreForgotten));
        var report = await suite.RunAllAsync();
        var failed = Assert.Single(report.Abilities, line => line.Verdict == "failed");
        Assert.Equal(("retention holds", 1), (failed.Name, failed.Failed));
        Assert.Contains("does not keep to the contract", report.ToString(), StringComparison.Ordinal);
        Assert.Contains("A_hold_keeps_history_until_it_is_released:", report.ToString(), StringComparison.Ordinal);
    }

    public static TheoryData<EngineFault> Faults =>
        [.. Enum.GetValues<EngineFault>().Where(f => f != EngineFault.Nothing)];

    [Fact]
    public async Task An_engine_behind_another_passes_when_nothing_is_broken()
    {
        var suite = new EngineConformance(() => new BrokenFixture(new MemoryFixture(Everything), EngineFault.Nothing));
        var report = await suite.RunAllAsync();
        Assert.True(report.Passed, report.ToString());
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task An_engine_that_breaks_the_contract_is_found_out(EngineFault fault)
    {
        var suite = new EngineConformance(() => new BrokenFixture(new MemoryFixture(Everything), fault));
        var report = await suite.RunAllAsync();
        Assert.False(report.Passed, $"Nobody noticed {fault}.");
        Assert.Contains(report.Results, result => result.Verdict == ConformanceVerdict.Passed);
    }
}
