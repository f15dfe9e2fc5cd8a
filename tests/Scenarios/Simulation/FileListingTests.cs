using Backup.Sql.Scenarios.Fixture;

namespace Backup.Sql.Scenarios.Simulation;

public sealed class FileListingTests : ListingTests
{
    private protected override BenchSetup Setup => new() { Store = "file" };
}
