using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.TestKit.Simulation;

namespace Backup.Sql.Scenarios.Simulation;

/// <summary>
/// Money moves between a SQLite database and one in memory, two transactions for each transfer, under a write gate. Backups
/// of both are taken in pauses, whose controllers fail in many ways (those that never answer are in pause-faults.txt). Every layer there is must hold the whole money, and a
/// pause must never be left standing.
/// </summary>
public sealed class PauseTests
{
    private const int Accounts = 20;
    private const long Total = 2 * Accounts * 100;
    private const string Depot = "mem://depot";

    private static readonly (string Call, string Fault, int Times)[] Faults =
    [
        ("members", "fails", 1), ("members", "restarts", 1),
        ("pause", "fails", 1), ("pause", "lies", 1), ("pause", "restarts", 1),
        ("asked", "fails", 1), ("asked", "lies", 1), ("asked", "fails", 2),
        ("resume", "fails", 1), ("resume", "fails", 2), ("resume", "fails", 3),
    ];

    [Fact]
    public Task Every_layer_of_two_engines_keeps_the_total_and_no_pause_is_left_standing() => Seeds.RunAsync(1, async seed =>
    {
        var clock = TimeProvider.System;
        var gate = new WriteGate("bank", clock);
        TestController[] controllers = [new(gate, clock), new(gate, clock)];
        await using var bench = new Bench(new BenchSetup
        {
            Engines = "sqlite+memory",
            Clock = clock,
            Pauses = new Dictionary<string, IPauseController> { ["sqlite"] = controllers[0], ["memory"] = controllers[1] },
        });
        Open(bench);
        var random = new Random(seed);
        var layers = 0;
        await using (Work(bench, gate, seed))
        {
            for (var round = 0; round < 2 * Faults.Length; round++)
            {
                if (round % 2 != 0)
                {
                    var (call, fault, times) = Faults[round / 2];
                    controllers[round / 2 % 2].Break(call, fault, times);
                }

                layers += await TryBackupAsync(bench, layers > 0 && random.Next(6) > 0) ? 1 : 0;
                if (controllers.Any(controller => controller.IsStanding))
                    await NextProcessLiftsAsync(bench, controllers);
                foreach (var controller in controllers)
                    controller.Mend();
            }
        }

        Assert.True(layers >= Faults.Length, $"only {layers} layers");
        Assert.Equal(layers, await CheckLayersAsync(bench));
    });

    [Fact]
    public async Task A_gate_opens_by_itself_when_nobody_lifts_its_pause()
    {
        var clock = new ManualTimeProvider();
        var gate = new WriteGate("app", clock);
        var request = new PauseRequest { PauseId = "p", DrainLimit = TimeSpan.FromSeconds(1), LiftAfter = TimeSpan.FromSeconds(30) };
        Assert.True(await gate.PauseAsync(request));
        var waiting = gate.EnterAsync().AsTask();
        clock.Advance(TimeSpan.FromSeconds(29));
        Assert.True(await gate.IsPausedAsync("p"));
        Assert.False(waiting.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(await gate.IsPausedAsync("p"));
        (await waiting).Dispose();
    }

    [Fact]
    public async Task A_gate_stays_closed_until_its_last_pause_is_lifted()
    {
        var gate = new WriteGate("app");
        foreach (var id in new[] { "one", "other" })
        {
            Assert.True(await gate.PauseAsync(
                new PauseRequest { PauseId = id, DrainLimit = TimeSpan.FromSeconds(1), LiftAfter = TimeSpan.FromHours(1) }));
        }

        var waiting = Task.Run(gate.Enter);
        await gate.ResumeAsync("one");
        await gate.ResumeAsync("one");
        Assert.True(await gate.IsPausedAsync("other"));
        Assert.Equal(0, gate.Inside);
        await gate.ResumeAsync("other");
        using var pass = await waiting;
        Assert.Equal(1, gate.Inside);
    }

    [Fact]
    public async Task A_pause_waits_for_the_transactions_that_are_open()
    {
        var gate = new WriteGate("app");
        var pass = await gate.EnterAsync();
        var pausing = gate.PauseAsync(
            new PauseRequest { PauseId = "p", DrainLimit = TimeSpan.FromMinutes(1), LiftAfter = TimeSpan.FromHours(1) }).AsTask();
        Assert.False(await gate.IsPausedAsync("p"));
        pass.Dispose();
        pass.Dispose();
        Assert.True(await pausing);
        Assert.True(await gate.IsPausedAsync("p"));
    }

    private static void Open(Bench bench)
    {
        var rows = string.Join(", ", Enumerable.Range(1, Accounts).Select(i => $"({i}, 100)"));
        bench.Sqlite.Execute("shop", $"PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; CREATE TABLE accounts (id INTEGER PRIMARY KEY, balance INTEGER); INSERT INTO accounts VALUES {rows};");
        bench.Memory.Execute("ledger", $"CREATE TABLE accounts (id INTEGER PRIMARY KEY, balance INTEGER); INSERT INTO accounts VALUES {rows};");
    }

    private static async Task<bool> TryBackupAsync(Bench bench, bool append)
    {
        try
        {
            await bench.RunAsync($"BACKUP DATABASE shop, ledger INTO {(append ? "LATEST IN " : "")}'{Depot}' WITH pause = '5ms'");
            return true;
        }
        catch (BackupSqlException error) when (error.SqlState is SqlStates.IoError or SqlStates.ObjectNotInState or SqlStates.LockNotAvailable)
        {
            return false;
        }
    }

    private static async Task NextProcessLiftsAsync(Bench bench, TestController[] controllers)
    {
        foreach (var controller in controllers)
            controller.Mend();
        await bench.ReopenAsync();
        await bench.RunAsync("SHOW JOBS");
        Assert.DoesNotContain(controllers, controller => controller.IsStanding);
    }

    private static async Task<int> CheckLayersAsync(Bench bench)
    {
        var count = 0;
        foreach (var chain in await Simulation.Layers.ListChainsAsync(bench, Depot))
        {
            foreach (var end in await Simulation.Layers.ListEndsAsync(bench, Depot, chain))
            {
                bench.Sqlite.Drop("shop");
                bench.Memory.Drop("ledger");
                await bench.RunAsync($"RESTORE DATABASE shop, ledger FROM '{chain}' IN '{Depot}' AS OF SYSTEM TIME '{end}'");
                var shop = (long)bench.Sqlite.Query("shop", "SELECT sum(balance) FROM accounts").Rows[0][0]!;
                Assert.Equal(Total, shop + MemoryBank.Sum(bench.Memory, "ledger"));
                count++;
            }
        }

        return count;
    }

    /// <summary>A clerk who moves money from one engine to the other and back until what is returned is disposed.</summary>
    private static Shift Work(Bench bench, WriteGate gate, int seed)
    {
        var stop = new CancellationTokenSource();
        return new Shift(stop, Task.Run(async () =>
        {
            var random = new Random(seed);
            var ledger = bench.Memory.Memory.Table("ledger", "accounts");
            while (!stop.IsCancellationRequested)
            {
                var (id, amount) = ((long)random.Next(1, Accounts + 1), random.Next(-30, 31));
                try
                {
                    using var pass = await gate.EnterAsync(stop.Token);
                    bench.Sqlite.Execute("shop", $"UPDATE accounts SET balance = balance - ({amount}) WHERE id = {id}");
                    using var transaction = bench.Memory.Memory.BeginTransaction();
                    transaction.Update(ledger, [id], [id, (long)transaction.Read(ledger, id)![1]! + amount]);
                    transaction.Commit();
                }
                catch (OperationCanceledException)
                {
                    return; // behind a gate that is still closed
                }

                await Task.Delay(random.Next(1, 6), CancellationToken.None);
            }
        }));
    }
}
