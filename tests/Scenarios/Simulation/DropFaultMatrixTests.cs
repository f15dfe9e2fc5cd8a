using Backup.Sql.Diagnostics;
using Backup.Sql.Execution;
using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.TestKit.Faults;

namespace Backup.Sql.Scenarios.Simulation;

/// <summary>
/// Every call that a drop makes to its store fails once in every way, and the process dies before, in and after each of
/// them. Whatever happens: what is kept restores exactly, whatever is listed restores, and the next drop finishes what
/// was begun, so that nothing of the dropped is left and nothing of the kept is missing.
/// </summary>
public sealed class DropFaultMatrixTests
{
    private const string Collection = "mem://depot";

    private enum Drop
    {
        ByName,
        Latest,
        ByRule,
    }

    [Theory]
    [InlineData("memory")]
    [InlineData("sqlite")]
    public Task Dropping_a_chain_by_its_name_survives_every_fault(string engine) => RunMatrixAsync(engine, Drop.ByName);

    [Theory]
    [InlineData("memory")]
    public Task Dropping_the_latest_chain_survives_every_fault(string engine) => RunMatrixAsync(engine, Drop.Latest);

    [Theory]
    [InlineData("memory")]
    public Task Dropping_by_a_rule_survives_every_fault(string engine) => RunMatrixAsync(engine, Drop.ByRule);

    private static async Task RunMatrixAsync(string engine, Drop drop)
    {
        var calls = await LearnAsync(engine, drop);
        Assert.InRange(calls.Count, 20, 300);
        foreach (var call in calls)
        {
            foreach (var kind in Enum.GetValues<FaultKind>().Where(kind => FaultScript.CanHappen(kind, call.Operation)))
            {
                try
                {
                    await RunOneAsync(engine, drop, call.Index, kind);
                }
                catch (Exception failure)
                {
                    throw new InvalidOperationException(
                        $"{drop} on {engine}: {kind} at call {call.Index}, {call.Operation} {call.Name}: {failure.Message}", failure);
                }
            }
        }
    }

    private static async Task<IReadOnlyList<StoreCall>> LearnAsync(string engine, Drop drop)
    {
        await using var run = await DropRun.PrepareAsync(engine, drop);
        var before = run.Script.Calls.Count;
        await run.Bench.RunAsync(run.Statement);
        var calls = run.Script.Calls.Skip(before).ToList();
        await run.CheckGoneAsync();
        return calls;
    }

    private static async Task RunOneAsync(string engine, Drop drop, int call, FaultKind kind)
    {
        await using var run = await DropRun.PrepareAsync(engine, drop);
        run.Script.At(call, kind);
        var acknowledged = await run.TryStatementAsync();
        run.Script.RequireAllHit();
        if (kind is FaultKind.TimeoutWithEffect or FaultKind.TimeoutWithoutEffect or FaultKind.Throttled)
            Assert.True(acknowledged, "A passing fault must be overcome by trying again.");

        run.Script.Reopen();
        await run.Bench.ReopenAsync();
        await run.CheckListedAsync();
        // A store that denies what it holds makes a manifest look damaged, and that is kept.
        if (acknowledged && kind is not (FaultKind.NotFound or FaultKind.ShortRead))
            Assert.Equal(run.Kept, await Layers.ListChainsAsync(run.Bench, Collection));
        await run.FinishAsync();
        await run.CheckGoneAsync(hints: kind != FaultKind.NotFound);
        await run.CheckWorksOnAsync();
        Assert.Empty(run.Script.Overwritten);
    }

    /// <summary>Three chains of two layers each; one or two of them are dropped.</summary>
    private sealed class DropRun : IAsyncDisposable
    {
        private readonly Drop _drop;
        private readonly Dictionary<string, List<string>> _states = [];
        private int _next;

        private DropRun(string engine, Drop drop)
        {
            _drop = drop;
            Bench = new Bench(new BenchSetup
            {
                Engines = engine,
                Settings = new BackupSettings { Workers = 1 },
                Wrap = provider => new FaultStoreProvider(provider, Script),
            });
        }

        public FaultScript Script { get; } = new();

        public Bench Bench { get; }

        public IReadOnlyList<string> All { get; private set; } = [];

        public IReadOnlyList<string> Dropped => _drop switch
        {
            Drop.ByName => [All[0]],
            Drop.Latest => [All[^1]],
            _ => [All[0], All[1]],
        };

        public IReadOnlyList<string> Kept => [.. All.Except(Dropped)];

        public string Statement => _drop switch
        {
            Drop.ByName => $"DROP BACKUP '{All[0]}' IN '{Collection}'",
            Drop.Latest => $"DROP BACKUP LATEST IN '{Collection}'",
            _ => $"DROP BACKUPS IN '{Collection}' KEEP (LAST = 1)",
        };

        public static async Task<DropRun> PrepareAsync(string engine, Drop drop)
        {
            var run = new DropRun(engine, drop);
            run.Bench.Engine.Execute("shop", "CREATE TABLE goods (id INTEGER PRIMARY KEY, name TEXT);");
            for (var chain = 0; chain < 3; chain++)
            {
                run.Change();
                await run.Bench.RunAsync($"BACKUP DATABASE shop INTO '{Collection}'");
                var path = (await Layers.ListChainsAsync(run.Bench, Collection))[^1];
                run._states[path] = [run.Bench.Engine.Dump("shop")];
                run.Change();
                await run.Bench.RunAsync($"BACKUP DATABASE shop INTO LATEST IN '{Collection}'");
                run._states[path].Add(run.Bench.Engine.Dump("shop"));
                run.Bench.Advance(TimeSpan.FromSeconds(1));
            }

            run.All = await Layers.ListChainsAsync(run.Bench, Collection);
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
                Assert.NotEqual(SqlStates.InternalError, failure.SqlState);
                return false;
            }
        }

        /// <summary>Whatever is listed restores exactly, and what is to be kept is listed.</summary>
        public async Task CheckListedAsync()
        {
            var listed = await Layers.ListChainsAsync(Bench, Collection);
            Assert.Empty(Kept.Except(listed));
            foreach (var chain in listed)
            {
                var ends = await Layers.ListEndsAsync(Bench, Collection, chain);
                Assert.Equal(2, ends.Count);
                for (var i = 0; i < ends.Count; i++)
                    await CheckRestoresAsync($"'{chain}'", $" AS OF SYSTEM TIME '{ends[i]}'", _states[chain][i]);
            }
        }

        /// <summary>The next drop, of whatever kind, finishes what was begun; what was not begun is dropped now.</summary>
        public async Task FinishAsync()
        {
            await Bench.RunAsync($"DROP BACKUPS IN '{Collection}' OLDER THAN '2001-01-01'");
            foreach (var chain in Dropped)
                await Bench.RunAsync($"DROP BACKUP IF EXISTS '{chain}' IN '{Collection}'");
        }

        /// <summary>Nothing of the dropped is left, all of the kept is there, and nobody needs anything else.</summary>
        public async Task CheckGoneAsync(bool hints = true)
        {
            Assert.Equal(Kept, await Layers.ListChainsAsync(Bench, Collection));
            var names = await Bench.Stores.ListAsync("depot");
            Assert.All(Dropped, chain => Assert.DoesNotContain(names, name => name.Contains(chain, StringComparison.Ordinal)));
            Assert.DoesNotContain(names, name => name.StartsWith("metadata/dropped/", StringComparison.Ordinal));
            foreach (var hint in names.Where(name => hints && name.StartsWith("metadata/latest/", StringComparison.Ordinal)))
                Assert.Contains(System.Text.Encoding.UTF8.GetString(await Bench.Stores.ReadAsync("depot", hint)), Kept);
            foreach (var chain in Kept)
            {
                var answer = await Bench.RunAsync($"SHOW BACKUP VALIDATE FROM '{chain}' IN '{Collection}'");
                Assert.Equal("No problems found!", answer.Value<string>("validation_status"));
            }
        }

        public async Task CheckWorksOnAsync()
        {
            Change();
            await Bench.RunAsync($"BACKUP DATABASE shop INTO LATEST IN '{Collection}'");
            await CheckRestoresAsync("LATEST", "", Bench.Engine.Dump("shop"));
        }

        public ValueTask DisposeAsync() => Bench.DisposeAsync();

        private void Change()
        {
            Bench.Advance(TimeSpan.FromSeconds(1));
            Bench.Engine.Execute("shop", $"INSERT INTO goods VALUES ({++_next}, 'number {_next}');");
        }

        private async Task CheckRestoresAsync(string chain, string time, string state)
        {
            await Bench.RunAsync($"RESTORE DATABASE shop FROM {chain} IN '{Collection}'{time} WITH new_db_name = 'proof'");
            Assert.Equal(state, Bench.Engine.Dump("proof"));
            Bench.Engine.Drop("proof");
        }
    }
}
