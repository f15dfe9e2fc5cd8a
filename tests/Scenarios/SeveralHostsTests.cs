using Backup.Sql.Diagnostics;
using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.Sessions;
using Backup.Sql.State;
using Backup.Sql.TestKit.Simulation;

namespace Backup.Sql.Scenarios;

/// <summary>Hosts that share a collection, with and without a state store between them.</summary>
public sealed class SeveralHostsTests
{
    private const string Collection = "mem://depot";

    [Fact]
    public async Task What_a_job_of_another_host_reads_is_not_dropped()
    {
        var gate = new StoreGate();
        await using var bench = await PrepareAsync(gate);
        await using var other = HostBeside(bench, bench.Host.Options.StateStore);
        var first = (await Simulation.Layers.ListChainsAsync(bench, Collection))[0];
        gate.Close("data/");
        await bench.RunAsync($"RESTORE DATABASE shop FROM '{first}' IN '{Collection}' WITH new_db_name = 'again', detached");
        await gate.ReachedAsync();
        await RefusedAsync(other, first, "RESTORE job");
        gate.Open();
        await FinishAsync(bench);
        await other.OpenSession().ExecuteAsync($"DROP BACKUP '{first}' IN '{Collection}'");
    }

    [Fact]
    public async Task What_is_being_validated_is_not_dropped_by_another_host()
    {
        var gate = new StoreGate();
        await using var bench = await PrepareAsync(gate);
        await using var other = HostBeside(bench, bench.Host.Options.StateStore);
        var first = (await Simulation.Layers.ListChainsAsync(bench, Collection))[0];
        gate.Close("data/");
        var validation = bench.RunAsync($"SHOW BACKUP VALIDATE FROM '{first}' IN '{Collection}'");
        await gate.ReachedAsync();
        await RefusedAsync(other, first, "SHOW BACKUP VALIDATE");
        gate.Open();
        await validation;
        await other.OpenSession().ExecuteAsync($"DROP BACKUP '{first}' IN '{Collection}'");
    }

    [Fact]
    public async Task A_lock_of_an_unknown_job_counts_for_a_day()
    {
        var gate = new StoreGate();
        await using var bench = await PrepareAsync(gate);
        await using var stranger = HostBeside(bench, new MemoryStateStore());
        var first = (await Simulation.Layers.ListChainsAsync(bench, Collection))[0];
        gate.Close("data/");
        await bench.RunAsync($"BACKUP DATABASE shop INTO '{first}' IN '{Collection}' WITH detached");
        await gate.ReachedAsync();
        await RefusedAsync(stranger, first, "is adding to it");
        await Task.Run(() => bench.Advance(TimeSpan.FromHours(25)));

        // Whoever owns it knows better how long it may take; the stranger does not wait for ever.
        await stranger.OpenSession().ExecuteAsync($"DROP BACKUP '{first}' IN '{Collection}'");
        gate.Open();
        var jobs = await FinishAsync(bench);
        Assert.Equal("failed", jobs);
        Assert.Single(await Simulation.Layers.ListChainsAsync(bench, Collection));
        await bench.RunAsync($"RESTORE DATABASE shop FROM LATEST IN '{Collection}' WITH new_db_name = 'proof'");
    }

    [Fact]
    public async Task Labels_and_proofs_are_seen_on_another_host()
    {
        await using var bench = await PrepareAsync(new StoreGate());
        var chains = await Simulation.Layers.ListChainsAsync(bench, Collection);
        await bench.RunAsync("ALTER REGISTERED BACKUP one SET LABELS = 'keep-forever=true'");
        await bench.RunAsync($"SHOW BACKUP VALIDATE FROM '{chains[0]}' IN '{Collection}'");
        await using var stranger = HostBeside(bench, new MemoryStateStore());
        var session = stranger.OpenSession();
        var failure = await Assert.ThrowsAsync<BackupSqlException>(
            () => session.ExecuteAsync($"DROP BACKUP '{chains[0]}' IN '{Collection}'"));
        Assert.Contains("keep-forever", failure.Message, StringComparison.Ordinal);
        var rows = await (await session.ExecuteAsync(
            $"IMPORT BACKUP '{Collection}#{chains[0]}' USING PLUGIN 'collection' FOR DATABASE shop")).Rows.ToListAsync();
        Assert.Equal("keep-forever=true", rows[0][4]);
        Assert.NotNull(rows[0][14]);
    }

    private static async Task RefusedAsync(BackupHost host, string chain, string because)
    {
        var failure = await Assert.ThrowsAsync<BackupSqlException>(
            () => host.OpenSession().ExecuteAsync($"DROP BACKUP '{chain}' IN '{Collection}'"));
        Assert.Equal(SqlStates.ObjectInUse, failure.SqlState);
        Assert.Contains(because, failure.Message, StringComparison.Ordinal);
    }

    /// <summary>Waits for the newest job.</summary>
    private static async Task<string> FinishAsync(Bench bench)
    {
        var jobs = await bench.Host.Jobs.ListAsync(CancellationToken.None);
        var answer = await bench.RunAsync($"SHOW JOB WHEN COMPLETE {jobs.Max(job => job.Id)}");
        return answer.Value<string>("status");
    }

    private static async Task<Bench> PrepareAsync(StoreGate gate)
    {
        var bench = new Bench(new BenchSetup
        {
            Engines = "memory",
            Clock = new ManualTimeProvider(),
            Wrap = provider => new GateStoreProvider(provider, gate),
        });
        bench.Engine.Execute("shop", "CREATE TABLE t (a INTEGER PRIMARY KEY); INSERT INTO t VALUES (1), (2);");
        await bench.RunAsync($"BACKUP DATABASE shop INTO '{Collection}' WITH name = 'one'");
        bench.Advance(TimeSpan.FromSeconds(1));
        await bench.RunAsync($"BACKUP DATABASE shop INTO '{Collection}' WITH name = 'two'");
        bench.Advance(TimeSpan.FromSeconds(1));
        bench.Engine.Execute("shop", "INSERT INTO t VALUES (3);");
        return bench;
    }

    /// <summary>Another process: it sees the stores as they are.</summary>
    private static BackupHost HostBeside(Bench bench, IStateStore state) => new(new BackupHostOptions
    {
        Engines = bench.Engines.ToDictionary(pair => pair.Key, pair => pair.Value.Engine),
        Stores = bench.Stores.Providers,
        StateStore = state,
        TimeProvider = bench.Host.Options.TimeProvider,
        Random = new SeededRandomSource(7),
    });
}
