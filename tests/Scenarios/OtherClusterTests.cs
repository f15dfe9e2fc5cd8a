using Backup.Sql.Diagnostics;
using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.Sessions;
using Backup.Sql.TestKit.Memory;
using Backup.Sql.TestKit.Simulation;

namespace Backup.Sql.Scenarios;

/// <summary>Two clusters that share a repository.</summary>
public sealed class OtherClusterTests
{
    [Fact]
    public async Task A_snapshot_of_another_cluster_goes_by_force_alone()
    {
        await using var bench = new Bench(new BenchSetup { Engines = "memory" });
        bench.Memory.Execute("shop", "CREATE TABLE t (a INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)");
        const string make = "CREATE REPOSITORY depot WITH BROKER ON LOCATION 'mem://depot'";
        await bench.RunAsync(make);
        await bench.RunAsync("BACKUP SNAPSHOT shop.s1 TO depot");
        await bench.RunAsync("SHOW JOBS WHEN COMPLETE SELECT job_id FROM [SHOW JOBS]");
        await using var engine = new MemoryEngine(new MemoryEngineOptions { ClusterId = "another" });
        await using var stranger = new BackupHost(new BackupHostOptions
        {
            Engines = new Dictionary<string, Engines.IDatabaseEngine> { ["memory"] = engine },
            Stores = bench.Stores.Providers,
            TimeProvider = bench.Host.Options.TimeProvider,
            Random = new SeededRandomSource(7),
        });
        var session = stranger.OpenSession();
        await session.ExecuteAsync(make);

        var refused = await Assert.ThrowsAsync<BackupSqlException>(() => session.ExecuteAsync("DROP SNAPSHOT s1 ON depot"));

        Assert.Equal(SqlStates.ForeignBackup, refused.SqlState);
        Assert.Contains("FORCE", refused.Hint, StringComparison.Ordinal);
        Assert.Equal("OK", (await bench.RunAsync("SHOW SNAPSHOT ON depot")).Value<string>("Status"));
        await session.ExecuteAsync("DROP SNAPSHOT s1 ON depot FORCE");
        Assert.Empty((await bench.RunAsync("SHOW SNAPSHOT ON depot")).Rows.Rows);
    }
}
