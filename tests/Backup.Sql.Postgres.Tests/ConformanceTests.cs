using Backup.Sql.TestKit.EngineContract;
using Xunit.Abstractions;

namespace Backup.Sql.Postgres.Tests;

public sealed class ConformanceTests(ITestOutputHelper output)
{
    public static TheoryData<string> Checks => [.. EngineConformance.Checks];

    [Theory]
    [MemberData(nameof(Checks))]
    public async Task PostgreSQL_keeps_to_the_contract(string check)
    {
        if (TestServer.IsInstalled(output))
            await new EngineConformance(() => new PostgresFixture(tracks: false)).RunAsync(check);
    }

    [Theory]
    [InlineData("Changes_lead_from_one_state_to_the_next")]
    [InlineData("A_hold_keeps_history_until_it_is_released")]
    [InlineData("A_snapshot_stands_still_while_writers_work")]
    [InlineData("Single_partitions_are_exported")]
    [InlineData("All_versions_give_every_state_in_between")]
    public async Task With_its_changes_tracked_it_does_too(string check)
    {
        if (TestServer.IsInstalled(output))
            await new EngineConformance(() => new PostgresFixture(tracks: true)).RunAsync(check);
    }
}
