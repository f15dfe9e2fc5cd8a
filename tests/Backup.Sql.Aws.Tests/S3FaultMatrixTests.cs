using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.Scenarios.Simulation.Faults;
using Backup.Sql.TestKit.Faults;
using Xunit.Abstractions;

namespace Backup.Sql.Aws.Tests;

/// <summary>
/// The fault matrix over a real bucket. Every call meets a crash and some of the errors, in turn, and each error is met
/// by some call of every kind. All of them at all calls take a while: with BACKUPSQL_ALL_FAULTS=1.
/// </summary>
[Collection(S3Collection.Name)]
public sealed class S3FaultMatrixTests(S3Server server, ITestOutputHelper output)
{
    private const int AtOnce = 4;

    private static readonly Func<int, FaultKind, bool>? Chosen =
        Environment.GetEnvironmentVariable("BACKUPSQL_ALL_FAULTS") == "1" ? null : FaultMatrix.IsOneOfEach;

    [Fact]
    public Task A_full_backup_survives_faults() =>
        RunAsync("full backup", world => new BackupCase(world, increment: false));

    [Fact]
    public Task An_incremental_backup_survives_faults() =>
        RunAsync("incremental backup", world => new BackupCase(world, increment: true));

    [Fact]
    public Task A_restore_survives_faults() =>
        RunAsync("restore of a database", world => new RestoreCase(world, RestoreScope.Database));

    [Fact]
    public Task Dropping_a_chain_survives_faults() =>
        RunAsync("drop by name", world => new DropCase(world, DropChoice.ByName));

    [Fact]
    public Task An_encrypted_backup_survives_faults() => RunAsync(
        "encrypted full backup",
        world => new BackupCase(world with { Key = "encryption_passphrase = 'correct horse'" }, increment: false));

    [Fact]
    public Task Dropping_a_passphrase_survives_faults() =>
        RunAsync("change of keys, DropPassphrase", world => new KeysCase(world, KeysChoice.DropPassphrase));

    private async Task RunAsync(string name, Func<FaultWorld, FaultCase> make)
    {
        if (!server.IsThere(output))
            return;
        var bucket = await server.NewBucketAsync();
        using var provider = new S3ObjectStoreProvider();
        var runs = 0;
        var tally = await FaultMatrix.RunAsync($"{name}, memory on S3", MakeOne, Chosen, AtOnce);
        output.WriteLine(tally.ToString());

        FaultCase MakeOne()
        {
            var run = Interlocked.Increment(ref runs);
            var remote = new RemoteStore(provider, location => server.Location(bucket, $"{run}/{location}"));
            return make(new FaultWorld("memory", "remote") { Remote = remote, IsSlow = true });
        }
    }
}
