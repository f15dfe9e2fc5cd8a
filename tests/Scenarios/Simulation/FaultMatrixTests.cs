using Backup.Sql.Diagnostics;
using Backup.Sql.Execution;
using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.Storage;
using Backup.Sql.TestKit.Faults;

namespace Backup.Sql.Scenarios.Simulation;

/// <summary>
/// Every call that a statement makes to its store fails once in every way, and the process dies before, in and after
/// each of them. Whatever happens: what is listed restores exactly, what was acknowledged is listed, what was not is absent
/// or complete, no object is overwritten, databases are untouched unless a restore was acknowledged, nothing lies about, and
/// the next statements work.
/// </summary>
public sealed class FaultMatrixTests
{
    private const string Collection = "mem://depot";
    private const string Full = $"BACKUP DATABASE shop INTO '{Collection}'";
    private const string Increment = $"BACKUP DATABASE shop INTO LATEST IN '{Collection}'";

    private static readonly FaultKind[] Kinds = Enum.GetValues<FaultKind>();

    private enum Step
    {
        Full,
        Increment,
        Restore,
        RestoreTable,
    }

    [Theory]
    [InlineData("memory")]
    [InlineData("sqlite")]
    public Task A_full_backup_survives_every_fault(string engine) => RunMatrixAsync(engine, Step.Full);

    [Theory]
    [InlineData("memory")]
    [InlineData("sqlite")]
    public Task An_incremental_backup_survives_every_fault(string engine) => RunMatrixAsync(engine, Step.Increment);

    [Theory]
    [InlineData("memory")]
    [InlineData("sqlite")]
    public Task A_restore_survives_every_fault(string engine) => RunMatrixAsync(engine, Step.Restore);

    [Theory]
    [InlineData("memory")]
    [InlineData("sqlite")]
    public Task A_restore_of_one_table_survives_every_fault(string engine) => RunMatrixAsync(engine, Step.RestoreTable);

    private static async Task RunMatrixAsync(string engine, Step step)
    {
        var calls = await LearnAsync(engine, step);
        Assert.InRange(calls.Count, 4, 200);
        foreach (var call in calls)
        {
            foreach (var kind in Kinds.Where(kind => FaultScript.CanHappen(kind, call.Operation)))
            {
                try
                {
                    await RunOneAsync(engine, step, call.Index, kind);
                }
                catch (Exception failure)
                {
                    throw new InvalidOperationException(
                        $"{step} on {engine}: {kind} at call {call.Index}, {call.Operation} {call.Name}: {failure.Message}", failure);
                }
            }
        }
    }

    private static async Task<IReadOnlyList<StoreCall>> LearnAsync(string engine, Step step)
    {
        await using var run = await FaultRun.PrepareAsync(engine, step);
        var before = run.Script.Calls.Count;
        await run.Bench.RunAsync(run.Statement);
        return [.. run.Script.Calls.Skip(before)];
    }

    private static async Task RunOneAsync(string engine, Step step, int call, FaultKind kind)
    {
        await using var run = await FaultRun.PrepareAsync(engine, step);
        var databases = run.Bench.Engine.DumpAll();
        run.Script.At(call, kind);
        var acknowledged = await run.TryStatementAsync();
        run.Script.RequireAllHit();
        if (kind is FaultKind.TimeoutWithEffect or FaultKind.TimeoutWithoutEffect or FaultKind.Throttled)
            Assert.True(acknowledged, "A passing fault must be overcome by trying again.");
        Assert.Empty(run.Bench.Leftovers());

        run.Script.Reopen();
        await run.Bench.ReopenAsync();
        if (!acknowledged || step is Step.Full or Step.Increment)
            Assert.Equal(databases, run.Bench.Engine.DumpAll());
        else
            run.CheckRestored();
        Assert.Empty(run.Script.Overwritten);
        await run.CheckListedAsync(acknowledged);
        await run.CheckWorksOnAsync();
        Assert.Empty(run.Script.Overwritten);
        await using var store = await run.Bench.Stores.OpenAsync("depot");
        await new FaultStore(store, run.Script, StoreUri.Parse(Collection).ToString()).RequireNothingOverwrittenAsync();
    }

    /// <summary>One run: a small database with the backups that the statement under test needs.</summary>
    private sealed class FaultRun : IAsyncDisposable
    {
        private readonly List<string> _states = [];
        private readonly Step _step;

        private FaultRun(string engine, Step step)
        {
            _step = step;
            Bench = new Bench(new BenchSetup
            {
                Engines = engine,
                Settings = new BackupSettings { Workers = 1 },
                Wrap = provider => new FaultStoreProvider(provider, Script),
            });
        }

        public FaultScript Script { get; } = new();

        public Bench Bench { get; }

        public string Statement => _step switch
        {
            Step.Full => Full,
            Step.Increment => Increment,
            Step.Restore => $"RESTORE DATABASE shop FROM LATEST IN '{Collection}' WITH new_db_name = 'again'",
            _ => $"RESTORE TABLE shop.goods AS goods_again FROM LATEST IN '{Collection}'",
        };

        public static async Task<FaultRun> PrepareAsync(string engine, Step step)
        {
            var run = new FaultRun(engine, step);
            run.Change("CREATE TABLE goods (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO goods VALUES (1, 'tea'), (2, 'cup');");
            if (step == Step.Full)
                return run;
            await run.Bench.RunAsync(Full);
            run.Change("INSERT INTO goods VALUES (3, 'pot'); DELETE FROM goods WHERE id = 1;");
            if (step != Step.Increment)
                await run.Bench.RunAsync(Increment);
            return run;
        }

        public async Task<bool> TryStatementAsync()
        {
            try
            {
                await Bench.RunAsync(Statement);
                return true;
            }
            catch (BackupSqlException failure)
            {
                // Any clean failure will do; one that the library did not foresee will not.
                Assert.NotEqual(SqlStates.InternalError, failure.SqlState);
                return false;
            }
        }

        public void CheckRestored()
        {
            if (_step == Step.Restore)
                Assert.Equal(_states[^1], Bench.Engine.Dump("again"));
            else
                Assert.Equal(Rows("goods"), Rows("goods_again"));
        }

        /// <summary>What is listed restores exactly; what was acknowledged is listed.</summary>
        public async Task CheckListedAsync(bool acknowledged)
        {
            var chains = await Layers.ListChainsAsync(Bench, Collection);
            var ends = chains.Count == 0 ? [] : await Layers.ListEndsAsync(Bench, Collection, chains.Single());
            var certain = _step switch
            {
                Step.Full => acknowledged ? 1 : 0,
                Step.Increment => acknowledged ? 2 : 1,
                _ => 2,
            };
            Assert.InRange(ends.Count, certain, _states.Count);
            for (var i = 0; i < ends.Count; i++)
                await CheckRestoresAsync(ends[i], _states[i]);
        }

        /// <summary>Whatever was left behind, the next backup and its restore work.</summary>
        public async Task CheckWorksOnAsync()
        {
            Change("INSERT INTO goods VALUES (9, 'jar');");
            var chains = await Layers.ListChainsAsync(Bench, Collection);
            await Bench.RunAsync(chains.Count == 0 ? Full : Increment);
            await CheckRestoresAsync(null, _states[^1]);
            await Bench.RunAsync(Full);
            Assert.Equal(Math.Max(chains.Count, 1) + 1, (await Layers.ListChainsAsync(Bench, Collection)).Count);
            await CheckRestoresAsync(null, _states[^1]);
        }

        public ValueTask DisposeAsync() => Bench.DisposeAsync();

        private async Task CheckRestoresAsync(string? end, string state)
        {
            var time = end is null ? "" : $" AS OF SYSTEM TIME '{end}'";
            await Bench.RunAsync($"RESTORE DATABASE shop FROM LATEST IN '{Collection}'{time} WITH new_db_name = 'proof'");
            Assert.Equal(state, Bench.Engine.Dump("proof"));
            Bench.Engine.Drop("proof");
        }

        private void Change(string sql)
        {
            Bench.Engine.Execute("shop", sql);
            _states.Add(Bench.Engine.Dump("shop"));
            Bench.Advance(TimeSpan.FromSeconds(1));
        }

        private string Rows(string table) => string.Join(
            '\n', Bench.Engine.Query("shop", $"SELECT * FROM {table}").Rows.Select(row => string.Join('|', row)));
    }
}
