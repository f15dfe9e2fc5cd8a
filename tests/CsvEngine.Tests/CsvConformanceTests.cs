using Backup.Sql.TestKit.EngineContract;

namespace CsvSample.Tests;

// docs: proof
public sealed class CsvConformanceTests
{
    public static TheoryData<string> Checks => [.. EngineConformance.Checks];

    [Theory]
    [MemberData(nameof(Checks))]
    public async Task The_engine_keeps_to_the_contract(string check) =>
        await new EngineConformance(() => new CsvFixture()).RunAsync(check);
}
// docs: end
