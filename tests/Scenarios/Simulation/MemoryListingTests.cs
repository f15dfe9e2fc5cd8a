using Backup.Sql.Scenarios.Fixture;

namespace Backup.Sql.Scenarios.Simulation;

public sealed class MemoryListingTests : ListingTests
{
    private protected override BenchSetup Setup => new();
}
