using Backup.Sql.Scenarios.Fixture;

namespace Backup.Sql.Scenarios;

/// <summary>What is dropped while somebody else lists it: it is there or it is not, and no error.</summary>
public sealed class VanishingTests
{
    private readonly StoreGate _gate = new();

    [Fact]
    public async Task A_backup_is_not_listed()
    {
        await using var bench = Open();
        var place = bench.Stores.Location("depot");
        await bench.RunAsync($"BACKUP DATABASE shop INTO '{place}'");
        bench.Advance(TimeSpan.FromSeconds(1));
        await bench.RunAsync($"BACKUP DATABASE shop INTO '{place}'");

        var shown = await MeetAsync(bench, $"SHOW BACKUPS IN '{place}'", "read *BACKUP_MANIFEST", first => first);

        Assert.Equal(1, shown);
    }

    [Fact]
    public async Task A_snapshot_is_not_listed()
    {
        await using var bench = Open();
        await bench.RunAsync($"CREATE REPOSITORY depot WITH BROKER ON LOCATION '{bench.Stores.Location("depot")}'");
        foreach (var label in (string[])["brief", "lasting"])
        {
            await bench.RunAsync($"BACKUP SNAPSHOT shop.{label} TO depot");
            var job = (await bench.RunAsync("SHOW BACKUP FROM shop")).Value<long>("JobId");
            await bench.RunAsync($"SHOW JOB WHEN COMPLETE {job}");
        }

        var shown = await MeetAsync(bench, "SHOW SNAPSHOT ON depot", "read *snapshots/brief", _ => "metadata/snapshots/brief");

        Assert.Equal(1, shown);
    }

    private Bench Open()
    {
        var bench = new Bench(new BenchSetup
        {
            Engines = "memory",
            UseBackupsWithIds = true,
            Wrap = provider => new GateStoreProvider(provider, _gate),
        });
        bench.Engine.Execute("shop", "CREATE TABLE t (a INTEGER PRIMARY KEY); INSERT INTO t VALUES (1);");
        return bench;
    }

    /// <summary>Removes an object between the moment a statement has found it and the moment it reads it.</summary>
    /// <returns>How many rows the statement gives.</returns>
    private async Task<int> MeetAsync(Bench bench, string statement, string call, Func<string, string> choose)
    {
        _gate.Close(call);
        var showing = bench.RunAsync(statement);
        await _gate.ReachedAsync();
        var first = (await bench.Stores.ListAsync("depot")).First(name => name.EndsWith("BACKUP_MANIFEST", StringComparison.Ordinal));
        await using (var store = await bench.Stores.OpenAsync("depot"))
            await store.DeleteAsync(choose(first));
        _gate.Open();
        return (await showing).Rows.Rows.Count;
    }
}
