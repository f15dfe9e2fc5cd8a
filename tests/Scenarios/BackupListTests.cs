using Backup.Sql.Scenarios.Fixture;

namespace Backup.Sql.Scenarios;

/// <summary>Lists of more backups than a script would care to make, and of such as were made at one moment.</summary>
public sealed class BackupListTests
{
    [Fact]
    public async Task Of_many_backups_the_newest_fifty_are_listed_unless_both_bounds_are_given()
    {
        await using var bench = new Bench(new BenchSetup { Engines = "memory", UseBackupsWithIds = true });
        bench.Memory.Execute("shop", "CREATE TABLE t (a INTEGER PRIMARY KEY)");
        for (var i = 0; i < 52; i++)
        {
            await bench.RunAsync($"BACKUP DATABASE shop INTO {(i == 0 ? "" : "LATEST IN ")}'mem://depot'");
            bench.Advance(TimeSpan.FromSeconds(10));
        }

        var newest = await bench.RunAsync("SHOW BACKUPS IN 'mem://depot'");
        var oneBound = await bench.RunAsync("SHOW BACKUPS IN 'mem://depot' NEWER THAN '-1y'");
        var bothBounds = await bench.RunAsync("SHOW BACKUPS IN 'mem://depot' NEWER THAN '-1y' OLDER THAN '-1us'");

        Assert.Equal(50, newest.Rows.Rows.Count);
        Assert.Contains("50 of 52", Assert.Single(newest.Notices), StringComparison.Ordinal);
        Assert.Equal(50, oneBound.Rows.Rows.Count);
        Assert.Equal(52, bothBounds.Rows.Rows.Count);
        Assert.Empty(bothBounds.Notices);
    }

    [Fact]
    public async Task Backups_of_one_second_get_names_of_their_own()
    {
        await using var bench = new Bench(new BenchSetup { Engines = "memory" });
        bench.Memory.Execute("shop", "CREATE TABLE t (a INTEGER PRIMARY KEY)");
        for (var i = 0; i < 3; i++)
            await bench.RunAsync("BACKUP DATABASE shop INTO 'mem://depot'");

        var names = (await bench.RunAsync("SHOW REGISTERED BACKUPS")).Rows.Rows.Select(row => (string)row[0]!).ToList();

        Assert.Equal([names[0], $"{names[0]}-2", $"{names[0]}-3"], names);
        await bench.RunAsync($"RESTORE DATABASE shop FROM '{names[0]}-2' IN 'mem://depot' WITH new_db_name = 'second'");
    }
}
