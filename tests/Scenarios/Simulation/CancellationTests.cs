using Backup.Sql.Diagnostics;
using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.Storage;

namespace Backup.Sql.Scenarios.Simulation;

/// <summary>A statement that is cancelled, wherever it stands, leaves nothing behind: no object, no file, no database.</summary>
public sealed class CancellationTests
{
    private const string Full = "BACKUP DATABASE shop INTO 'mem://depot'";
    private const string Increment = "BACKUP DATABASE shop INTO LATEST IN 'mem://depot'";
    private const string Restore = "RESTORE DATABASE shop FROM LATEST IN 'mem://depot' WITH new_db_name = 'again'";
    private const string RestoreTables = "RESTORE TABLE shop.goods, shop.log FROM LATEST IN 'mem://depot' WITH into_db = 'dest'";

    [Theory]
    [InlineData("memory", Full)]
    [InlineData("memory", Increment)]
    [InlineData("memory", Restore)]
    [InlineData("memory", RestoreTables)]
    [InlineData("sqlite", Full)]
    [InlineData("sqlite", Increment)]
    [InlineData("sqlite", Restore)]
    [InlineData("sqlite", RestoreTables)]
    public async Task Cancelled_at_any_call_of_the_store_a_statement_leaves_nothing(string engine, string statement)
    {
        var cancelled = 0;
        for (var call = 1; ; call++)
        {
            using var source = new CancellationTokenSource();
            var trigger = new CancelAtCall(source);
            await using var bench = await PrepareAsync(engine, statement, trigger, rows: 20);
            var before = await bench.StateAsync();
            trigger.Arm(call);
            if (!await TryAsync(bench, statement, source.Token))
            {
                cancelled++;
                Assert.Equal(before, await bench.StateAsync());
            }

            Assert.Empty(bench.Leftovers());
            if (!trigger.WasReached)
                break;
        }

        Assert.InRange(cancelled, 3, 100);
    }

    [Theory]
    [InlineData("memory")]
    [InlineData("sqlite")]
    public Task Cancelled_at_any_moment_a_statement_leaves_nothing(string engine) => Seeds.RunAsync(1, async seed =>
    {
        var random = new Random(seed);
        await using var bench = await PrepareAsync(engine, Increment, null, rows: 3000);
        foreach (var statement in new[] { Full, Increment, Restore, RestoreTables })
        {
            var cancelled = 0;
            for (var attempt = 0; attempt < 12; attempt++)
            {
                var before = await bench.StateAsync();
                using var source = new CancellationTokenSource();
                var running = Task.Run(() => TryAsync(bench, statement, source.Token));
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(12)));
                await source.CancelAsync();
                var done = await running;
                Assert.Empty(bench.Leftovers());
                if (done)
                {
                    ForgetRestored(bench);
                    continue;
                }

                cancelled++;
                Assert.Equal(before, await bench.StateAsync());
            }

            Assert.True(cancelled > 0, $"Nothing was cancelled in time: {statement}");
            await bench.RunAsync(statement);
            ForgetRestored(bench);
        }
    });

    private static void ForgetRestored(Bench bench)
    {
        if (bench.Engine.Databases.Contains("again"))
            bench.Engine.Drop("again");
        bench.Engine.Drop("dest");
        bench.Engine.Execute("dest", "CREATE TABLE other (a INTEGER PRIMARY KEY);");
    }

    private static async Task<Bench> PrepareAsync(string engine, string statement, CancelAtCall? trigger, int rows)
    {
        var bench = new Bench(new BenchSetup
        {
            Engines = engine,
            Wrap = provider => trigger is null ? provider : new TriggerProvider(provider, trigger),
        });
        var values = string.Join(", ", Enumerable.Range(1, rows).Select(i => $"({i}, 'number {i} of many')"));
        bench.Engine.Execute("dest", "CREATE TABLE other (a INTEGER PRIMARY KEY);");
        bench.Engine.Execute(
            "shop",
            $"CREATE TABLE goods (id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE log (id INTEGER PRIMARY KEY, note TEXT);"
            + $"INSERT INTO goods VALUES {values}; INSERT INTO log VALUES {values};");
        if (statement == Full)
            return bench;
        await bench.RunAsync(Full);
        bench.Engine.Execute("shop", "DELETE FROM goods WHERE id = 7;");
        bench.Advance(TimeSpan.FromSeconds(1));
        if (statement != Increment)
            await bench.RunAsync(Increment);
        return bench;
    }

    /// <summary>True when it was done before it could be cancelled.</summary>
    private static async Task<bool> TryAsync(Bench bench, string statement, CancellationToken cancellationToken)
    {
        try
        {
            await bench.RunAsync(statement, null, cancellationToken);
            return true;
        }
        catch (BackupSqlException failure) when (failure.SqlState == SqlStates.QueryCanceled)
        {
            return false;
        }
        catch (OperationCanceledException)
        {
            return true; // The statement was done; reading its rows was cancelled.
        }
    }

    /// <summary>Cancels when the store is called for the n-th time.</summary>
    private sealed class CancelAtCall(CancellationTokenSource source)
    {
        private int _left = -1;

        public bool WasReached { get; private set; }

        public void Arm(int call) => _left = call;

        public void Count()
        {
            if (_left < 0 || Interlocked.Decrement(ref _left) != 0)
                return;
            WasReached = true;
            source.Cancel();
        }
    }

    private sealed class TriggerProvider(IObjectStoreProvider inner, CancelAtCall trigger) : IObjectStoreProvider
    {
        public IReadOnlyList<string> Schemes => inner.Schemes;

        public void Check(StoreUri uri) => inner.Check(uri);

        public async ValueTask<IObjectStore> OpenAsync(StoreUri uri, CancellationToken cancellationToken = default) =>
            new WatchedStore(await inner.OpenAsync(uri, cancellationToken), trigger.Count);
    }
}
