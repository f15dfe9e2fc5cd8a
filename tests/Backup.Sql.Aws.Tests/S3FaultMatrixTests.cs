using Backup.Sql.Aws.Tests.Servers;
using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.Scenarios.Simulation.Faults;
using Backup.Sql.TestKit.Faults;
using Xunit.Abstractions;

namespace Backup.Sql.Aws.Tests;

/// <summary>
/// The fault matrix over S3. On a server of the tests' own every call meets every fault; on a real one, where calls take
/// their time, every call meets a crash and some of the errors, in turn, and each error is met by some call of every
/// kind. All of them at all calls there too: with BACKUPSQL_ALL_FAULTS=1.
/// </summary>
[Collection(S3Collection.Name)]
public sealed class S3FaultMatrixTests(S3Server server, ITestOutputHelper output)
{
    private static readonly Func<int, FaultKind, bool>? Chosen =
        Environment.GetEnvironmentVariable("BACKUPSQL_ALL_FAULTS") == "1" ? null : FaultMatrix.IsOneOfEach;

    /// <summary>The statements: what their figures are called, and how they are made.</summary>
    private static readonly Dictionary<string, Func<FaultWorld, FaultCase>> Statements = new()
    {
        ["full backup"] = world => new BackupCase(world, increment: false),
        ["incremental backup"] = world => new BackupCase(world, increment: true),
        ["restore of a database"] = world => new RestoreCase(world, RestoreScope.Database),
        ["drop by name"] = world => new DropCase(world, DropChoice.ByName),
        ["encrypted full backup"] = world => new BackupCase(Sealed(world), increment: false),
        ["encrypted incremental backup"] = world => new BackupCase(Sealed(world), increment: true),
        ["change of keys, AddService"] = world => new KeysCase(world, KeysChoice.AddService),
        ["change of keys, DropPassphrase"] = world => new KeysCase(world, KeysChoice.DropPassphrase),
    };

    [Theory]
    [InlineData("full backup")]
    [InlineData("incremental backup")]
    [InlineData("restore of a database")]
    [InlineData("drop by name")]
    [InlineData("encrypted full backup")]
    [InlineData("change of keys, DropPassphrase")]
    public async Task On_a_real_server(string statement)
    {
        if (!server.IsThere(output))
            return;
        var bucket = await server.NewBucketAsync();
        await RunAsync($"{statement}, memory on S3", statement, path => server.Location(bucket, path), Chosen, atOnce: 4);
    }

    [Theory]
    [InlineData("full backup")]
    [InlineData("incremental backup")]
    [InlineData("restore of a database")]
    [InlineData("drop by name")]
    [InlineData("encrypted incremental backup")]
    [InlineData("change of keys, AddService")]
    [InlineData("change of keys, DropPassphrase")]
    public async Task On_a_small_server_every_fault_at_every_call(string statement)
    {
        await using var small = new AwsServer();
        await RunAsync($"{statement}, memory on a small S3", statement, Locate, chosen: null, atOnce: 2);

        string Locate(string path)
        {
            // What the server has seen is for other tests, and would be much in the end.
            small.Seen.Clear();
            return small.Bucket(path);
        }
    }

    private static FaultWorld Sealed(FaultWorld world) => world with { Key = "encryption_passphrase = 'correct horse'" };

    private async Task RunAsync(
        string name, string statement, Func<string, string> locate, Func<int, FaultKind, bool>? chosen, int atOnce)
    {
        using var provider = new S3ObjectStoreProvider();
        var runs = 0;
        var tally = await FaultMatrix.RunAsync(name, MakeOne, chosen, atOnce);
        output.WriteLine(tally.ToString());

        FaultCase MakeOne()
        {
            var run = Interlocked.Increment(ref runs);
            var remote = new RemoteStore(provider, location => locate($"{run}/{location}"));
            return Statements[statement](new FaultWorld("memory", "remote") { Remote = remote, IsSlow = true });
        }
    }
}
