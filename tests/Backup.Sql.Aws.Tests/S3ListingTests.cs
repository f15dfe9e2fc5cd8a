using Backup.Sql.Aws.Tests.Servers;
using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.Scenarios.Simulation;

namespace Backup.Sql.Aws.Tests;

/// <summary>Listings of S3 that go wrong, on a server of the tests' own.</summary>
public sealed class S3ListingTests : ListingTests, IDisposable
{
    private readonly AwsServer _small = new();
    private readonly S3ObjectStoreProvider _provider = new();

    private int _benches;

    private protected override BenchSetup Setup
    {
        get
        {
            var bench = _benches++;
            return new() { Store = "remote", Remote = new RemoteStore(_provider, path => _small.Bucket($"{bench}/{path}")) };
        }
    }

    public void Dispose()
    {
        _provider.Dispose();
        _small.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
