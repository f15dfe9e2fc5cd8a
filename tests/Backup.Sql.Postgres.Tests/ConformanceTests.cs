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
            await new EngineConformance(() => new PostgresFixture()).RunAsync(check);
    }
}
