using Backup.Sql.Aws.Tests.Servers;
using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.Scenarios.Simulation;
using Backup.Sql.Scenarios.Simulation.Corruption;
using Xunit.Abstractions;

namespace Backup.Sql.Aws.Tests;

/// <summary>The sweep of damages over S3: on a server of the tests' own, for it asks a great deal.</summary>
public sealed class S3CorruptionTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("memory", true, false)]
    [InlineData("sqlite", false, false)]
    [InlineData("memory", true, true)]
    public async Task Every_damage_of_a_chain_is_found(string engine, bool rows, bool encrypted)
    {
        await using var small = new AwsServer();
        using var provider = new S3ObjectStoreProvider();
        var remote = new RemoteStore(provider, path => small.Bucket(path));
        var sweep = new SweepCase(engine, "remote", rows, encrypted) { Remote = remote };
        await Seeds.RunAsync(1, async seed => output.WriteLine(await CorruptionSweep.SweepAsync(sweep, seed)));
    }
}
