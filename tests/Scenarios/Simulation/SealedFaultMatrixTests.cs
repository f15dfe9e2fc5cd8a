using Backup.Sql.Scenarios.Simulation.Faults;

namespace Backup.Sql.Scenarios.Simulation;

/// <summary>
/// Chains under a passphrase: every crash at every call, and every other fault at some calls of every kind. Changes of
/// keys meet everything.
/// </summary>
public sealed class SealedFaultMatrixTests
{
    private static readonly FaultWorld World = new("memory") { Key = "encryption_passphrase = 'correct horse'" };

    [Fact]
    public Task A_full_backup_survives_faults() =>
        RunAsync("full backup", () => new BackupCase(World, increment: false));

    [Fact]
    public Task An_incremental_backup_survives_faults() =>
        RunAsync("incremental backup", () => new BackupCase(World, increment: true));

    [Fact]
    public Task A_restore_survives_faults() =>
        RunAsync("restore of a database", () => new RestoreCase(World, RestoreScope.Database));

    [Fact]
    public Task Dropping_a_chain_survives_faults() =>
        RunAsync("drop by name", () => new DropCase(World, DropChoice.ByName));

    [Theory]
    [InlineData("AddPassphrase")]
    [InlineData("AddService")]
    [InlineData("DropPassphrase")]
    public Task A_change_of_keys_survives_every_fault(string change)
    {
        var choice = Enum.Parse<KeysChoice>(change);
        return FaultMatrix.RunAsync($"change of keys, {choice}, {World}", () => new KeysCase(World, choice));
    }

    private static Task RunAsync(string name, Func<FaultCase> make) =>
        FaultMatrix.RunAsync($"{name}, {World}", make, FaultMatrix.IsCrashOrDrawn);
}
