using Backup.Sql.Diagnostics;
using Backup.Sql.TestKit.Faults;

namespace Backup.Sql.Scenarios.Simulation.Faults;

/// <summary>
/// A key is added to a chain or dropped from it: the one that stays opens every layer at any moment, and no data is
/// touched. What was acknowledged holds; what was not can be asked for again.
/// </summary>
internal sealed class KeysCase(FaultWorld world, KeysChoice choice)
    : FaultCase(world with { Key = Option(choice, "stays") })
{
    private bool Drops => choice == KeysChoice.DropPassphrase;

    private string Add => choice == KeysChoice.AddService
        ? $"ADD NEW_KMS = '{Secret(choice, "other")}' WITH OLD_KMS = '{Secret(choice, "stays")}'"
        : $"ADD NEW_PASSPHRASE = '{Secret(choice, "other")}' WITH OLD_PASSPHRASE = '{Secret(choice, "stays")}'";

    public override async Task PrepareAsync()
    {
        if (choice == KeysChoice.AddService)
        {
            Bench.Keys.Add("stays");
            Bench.Keys.Add("other");
        }

        Create();
        await Bench.RunAsync(Full);
        Change();
        await Bench.RunAsync(Increment);
        if (Drops)
            await AlterAsync(Add);
    }

    public override Task ActAsync() => AlterAsync(Drops ? $"DROP PASSPHRASE = '{Secret(choice, "other")}'" : Add);

    public override async Task CheckAsync(bool done, FaultKind kind)
    {
        await CheckLayersAsync(2);
        if (done)
            Assert.Equal(!Drops, await OtherOpensAsync());
        else if (await OtherOpensAsync() == Drops)
            await ActAsync();
        Assert.Equal(!Drops, await OtherOpensAsync());
        await CheckWorksOnAsync();
    }

    private static string Secret(KeysChoice choice, string key) =>
        choice == KeysChoice.AddService ? $"local-kms:///ring.json?key={key}" : $"the passphrase, {key}";

    private static string Option(KeysChoice choice, string key) =>
        $"{(choice == KeysChoice.AddService ? "kms" : "encryption_passphrase")} = '{Secret(choice, key)}'";

    private Task AlterAsync(string change) => Bench.RunAsync($"ALTER BACKUP LATEST IN '{Collection}' {change}");

    private async Task<bool> OtherOpensAsync()
    {
        var options = $"new_db_name = 'other', {Option(choice, "other")}";
        try
        {
            await Bench.RunAsync($"RESTORE DATABASE shop FROM LATEST IN '{Collection}' WITH {options}");
        }
        catch (BackupSqlException failure)
        {
            Assert.Equal(SqlStates.WrongKey, failure.SqlState);
            return false;
        }

        Assert.Equal(States[^1], Bench.Engine.Dump("other"));
        Bench.Engine.Drop("other");
        return true;
    }
}
