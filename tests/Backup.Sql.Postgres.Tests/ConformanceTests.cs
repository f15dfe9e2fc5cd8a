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
    [MemberData(nameof(Checks))]
    public async Task With_its_changes_tracked_it_does_too(string check)
    {
        if (TestServer.IsInstalled(output))
            await new EngineConformance(() => new PostgresFixture(tracks: true)).RunAsync(check);
    }
}
