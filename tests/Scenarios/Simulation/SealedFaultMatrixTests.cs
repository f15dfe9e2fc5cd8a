using Backup.Sql.Scenarios.Simulation.Faults;
using Backup.Sql.TestKit.Faults;

namespace Backup.Sql.Scenarios.Simulation;

/// <summary>
/// Chains under a passphrase: every crash at every call, and every other fault at some calls of every kind. Changes of
/// passphrases meet everything. On files, where each call takes its time, a crash at every call and each fault at some.
/// </summary>
public sealed class SealedFaultMatrixTests
{
    private const string Key = "encryption_passphrase = 'correct horse'";

    private static readonly FaultWorld Rows = new("memory") { Key = Key };
    private static readonly FaultWorld Pages = new("sqlite", "file") { Key = Key, IsSlow = true };

    [Fact]
    public Task A_full_backup_of_rows_survives_faults() =>
        RunAsync("full backup", Rows, world => new BackupCase(world, increment: false));

    [Fact]
    public Task An_incremental_backup_of_rows_survives_faults() =>
        RunAsync("incremental backup", Rows, world => new BackupCase(world, increment: true));

    [Fact]
    public Task An_incremental_backup_of_pages_survives_faults() =>
        RunAsync("incremental backup", Pages, world => new BackupCase(world, increment: true), FaultMatrix.IsOneOfEach);

    [Fact]
    public Task A_restore_survives_faults() =>
        RunAsync("restore of a database", Rows, world => new RestoreCase(world, RestoreScope.Database));

    [Fact]
    public Task Dropping_a_chain_survives_faults() =>
        RunAsync("drop by name", Rows, world => new DropCase(world, DropChoice.ByName));

    [Theory]
    [InlineData("AddPassphrase", "memory", "mem")]
    [InlineData("AddService", "memory", "mem")]
    [InlineData("DropPassphrase", "memory", "mem")]
    [InlineData("DropPassphrase", "memory", "file")]
    public Task A_change_of_keys_survives_faults(string change, string engine, string store)
    {
        var choice = Enum.Parse<KeysChoice>(change);
        var world = new FaultWorld(engine, store) { IsSlow = store == "file" };
        return FaultMatrix.RunAsync($"change of keys, {choice}, {world}", () => new KeysCase(world, choice), choice switch
        {
            _ when store == "file" => FaultMatrix.IsOneOfEach,
            KeysChoice.AddService => FaultMatrix.IsCrashOrDrawn,
            _ => null,
        });
    }

    private static Task RunAsync(
        string name, FaultWorld world, Func<FaultWorld, FaultCase> make, Func<int, FaultKind, bool>? isChosen = null) =>
        FaultMatrix.RunAsync($"{name}, {world}", () => make(world), isChosen ?? FaultMatrix.IsCrashOrDrawn);
}
