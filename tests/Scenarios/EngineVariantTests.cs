using Backup.Sql.Catalog;
using Backup.Sql.Engines;
using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.TestKit.Memory;

namespace Backup.Sql.Scenarios;

/// <summary>Engines that can do less, and tables that want it otherwise.</summary>
public sealed class EngineVariantTests
{
    private const string Full = "BACKUP DATABASE shop INTO 'mem://depot'";
    private const string Increment = "BACKUP DATABASE shop INTO LATEST IN 'mem://depot'";
    private const string Restore = "RESTORE DATABASE shop FROM LATEST IN 'mem://depot' WITH new_db_name = 'again'";

    public static TheoryData<EngineCapabilities, bool> Variants => new()
    {
        { EngineCapabilities.None, true },
        { EngineCapabilities.None, false },
        { EngineCapabilities.TimeTravel, true },
        { EngineCapabilities.ChangeExport, true },
        { EngineCapabilities.ChangeExport, false },
        { EngineCapabilities.ChangeExport | EngineCapabilities.RetentionHolds, true },
    };

    [Theory]
    [MemberData(nameof(Variants))]
    public async Task An_engine_that_can_do_less_has_increments_all_the_same(EngineCapabilities capabilities, bool stableRowIds)
    {
        await using var bench = new Bench(new BenchSetup
        {
            Engines = "memory",
            Memory = new MemoryEngineOptions { Capabilities = capabilities, StableRowIds = stableRowIds },
        });
        bench.Engine.Execute(
            "shop",
            """
            CREATE TABLE keyed (id INTEGER PRIMARY KEY, v TEXT); CREATE TABLE heap (v TEXT); CREATE TABLE still (id INTEGER PRIMARY KEY);
            INSERT INTO keyed VALUES (1, 'a'), (2, 'b'); INSERT INTO heap VALUES ('x'), ('x'); INSERT INTO still VALUES (5);
            """);
        await bench.RunAsync(Full);
        var states = new List<string> { bench.Engine.Dump("shop") };
        foreach (var change in new[]
        {
            "INSERT INTO heap VALUES ('y'); DELETE FROM keyed WHERE id = 1;",
            "INSERT INTO keyed VALUES (1, 'back');",
            "CREATE TABLE more (v TEXT); INSERT INTO more VALUES ('m'); DROP TABLE keyed;",
            "INSERT INTO more VALUES ('m');",
        })
        {
            bench.Engine.Execute("shop", change);
            bench.Advance(TimeSpan.FromSeconds(1));
            await bench.RunAsync(Increment);
            states.Add(bench.Engine.Dump("shop"));
        }

        var chain = (await Simulation.Layers.ListChainsAsync(bench, "mem://depot")).Single();
        var ends = await Simulation.Layers.ListEndsAsync(bench, "mem://depot", chain);
        Assert.Equal(states.Count, ends.Count);
        foreach (var (end, state) in ends.Zip(states))
        {
            await bench.RunAsync(
                $"RESTORE DATABASE shop FROM LATEST IN 'mem://depot' AS OF SYSTEM TIME '{end}' WITH new_db_name = 'again'");
            Assert.Equal(state, bench.Engine.Dump("again"));
            bench.Engine.Drop("again");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(50)]
    public async Task Holds_keep_the_history_that_a_running_increment_needs(int garbage)
    {
        var gate = new StoreGate();
        await using var bench = new Bench(new BenchSetup
        {
            Engines = "memory",
            Memory = new MemoryEngineOptions { HistoryRetention = TimeSpan.FromSeconds(garbage) },
            Wrap = provider => new GateStoreProvider(provider, gate),
        });
        bench.Engine.Execute("shop", "CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1), (2);");
        await bench.RunAsync(Full);
        bench.Engine.Execute("shop", "DELETE FROM t WHERE id = 1;");
        gate.Close("BACKUP-LOCK");
        var running = Task.Run(() => bench.RunAsync(Increment));
        await gate.ReachedAsync();
        bench.Advance(TimeSpan.FromMinutes(5));
        bench.Memory.Memory.CollectGarbage();
        gate.Open();
        await running;
        await bench.RunAsync(Restore);
        Assert.Equal(bench.Engine.Dump("shop"), bench.Engine.Dump("again"));
    }

    [Fact]
    public async Task After_history_is_gone_an_increment_does_not_miss_what_happened_in_it()
    {
        await using var bench = new Bench(new BenchSetup
        {
            Engines = "memory",
            Memory = new MemoryEngineOptions { HistoryRetention = TimeSpan.FromSeconds(1) },
        });
        bench.Engine.Execute("shop", "CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1), (2);");
        await bench.RunAsync(Full);
        bench.Advance(TimeSpan.FromSeconds(1));
        bench.Engine.Execute("shop", "DELETE FROM t WHERE id = 1;");
        bench.Advance(TimeSpan.FromMinutes(5));
        bench.Memory.Memory.CollectGarbage();
        var before = await bench.StateAsync();
        var failure = await Assert.ThrowsAsync<Diagnostics.BackupSqlException>(() => bench.RunAsync(Increment));
        Assert.Equal(Diagnostics.SqlStates.TimeOutOfRange, failure.SqlState);
        Assert.Equal(before, await bench.StateAsync());
        bench.Advance(TimeSpan.FromSeconds(1));
        await bench.RunAsync(Full);
        await bench.RunAsync(Restore);
        Assert.Equal(bench.Engine.Dump("shop"), bench.Engine.Dump("again"));
    }

    [Fact]
    public async Task A_table_whose_rows_stay_out_comes_back_empty()
    {
        await using var bench = new Bench(new BenchSetup { Engines = "memory" });
        bench.Engine.Execute(
            "shop", "CREATE TABLE kept (id INTEGER PRIMARY KEY); CREATE TABLE cache (id INTEGER PRIMARY KEY); INSERT INTO kept VALUES (1); INSERT INTO cache VALUES (1);");
        var engine = bench.Memory.Memory;
        engine.Alter(engine.Table("shop", "cache") with { ExcludeData = true });
        await bench.RunAsync(Full);
        bench.Advance(TimeSpan.FromSeconds(1));
        await bench.RunAsync(Increment);
        var restored = await bench.RunAsync(Restore);
        Assert.Equal(1L, restored.Value<long>("rows"));
        Assert.Empty(engine.ReadAll(engine.Table("again", "cache")));
        Assert.Single(engine.ReadAll(engine.Table("again", "kept")));
    }

    [Fact]
    public async Task Built_in_databases_make_way_for_a_restored_cluster_while_they_are_empty()
    {
        await using var bench = new Bench(new BenchSetup
        {
            Engines = "memory",
            Memory = new MemoryEngineOptions { BuiltInDatabases = ["defaultdb", "postgres"] },
        });
        bench.Engine.Execute("defaultdb", "CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1);");
        bench.Engine.Execute("shop", "CREATE TABLE u (id INTEGER PRIMARY KEY); INSERT INTO u VALUES (2);");
        await bench.RunAsync("BACKUP INTO 'mem://depot'");
        var before = bench.Engine.DumpAll();
        var engine = bench.Memory.Memory;
        engine.Drop(engine.Table("defaultdb", "t"));
        bench.Engine.Drop("shop");
        await bench.RunAsync("RESTORE FROM LATEST IN 'mem://depot'");
        Assert.Equal(before, bench.Engine.DumpAll());
        var failure = await Assert.ThrowsAsync<Diagnostics.BackupSqlException>(() => bench.RunAsync("RESTORE FROM LATEST IN 'mem://depot'"));
        Assert.Equal(Diagnostics.SqlStates.ObjectNotInState, failure.SqlState);
    }

    [Fact]
    public async Task A_database_made_anew_under_the_old_name_is_backed_up_as_it_is()
    {
        foreach (var engine in new[] { "sqlite", "memory" })
        {
            await using var bench = new Bench(new BenchSetup { Engines = engine });
            bench.Engine.Execute("shop", "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t VALUES (1, 'old'), (2, 'old');");
            await bench.RunAsync(Full);
            bench.Engine.Drop("shop");
            bench.Engine.Execute("shop", "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t VALUES (2, 'new');");
            bench.Advance(TimeSpan.FromSeconds(1));
            await bench.RunAsync(Increment);
            await bench.RunAsync(Restore);
            Assert.Equal(bench.Engine.Dump("shop"), bench.Engine.Dump("again"));
        }
    }
}
