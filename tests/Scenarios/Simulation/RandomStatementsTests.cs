using Backup.Sql.Diagnostics;
using Backup.Sql.Scenarios.Fixture;

namespace Backup.Sql.Scenarios.Simulation;

/// <summary>
/// Random statements against a model: a dictionary of what each layer of each chain must restore to. Data and definitions
/// change in between, jobs are cancelled, processes end.
/// </summary>
public sealed class RandomStatementsTests
{
    private const string Collection = "mem://depot";
    private const int Steps = 60;

    [Fact]
    public Task Random_statements_do_on_the_engine_in_memory_what_the_model_says() =>
        Seeds.RunAsync(8, seed => WalkAsync("memory", seed));

    [Fact]
    public Task Random_statements_do_on_sqlite_what_the_model_says() =>
        Seeds.RunAsync(3, seed => WalkAsync("sqlite", seed));

    private static async Task WalkAsync(string engine, int seed)
    {
        await using var walk = new Walk(engine, seed);
        await walk.RunAsync(Steps);
    }

    /// <summary>One chain as the model knows it: the state that each layer must restore to.</summary>
    private sealed record ModelChain(string Path, string Database, bool History)
    {
        public List<(string End, string State)> Layers { get; } = [];

        /// <summary>With history: times inside the window and what was there.</summary>
        public List<(string Time, string State)> Moments { get; } = [];
    }

    private sealed class Walk(string engine, int seed) : IAsyncDisposable
    {
        private readonly Random _random = new(seed);
        private readonly Bench _bench = new(new BenchSetup { Engines = engine, Seed = (ulong)seed });
        private readonly List<ModelChain> _chains = [];
        private readonly HashSet<string> _extras = [];
        private long _nextKey;

        private bool HasHistory => engine == "memory";

        public async Task RunAsync(int steps)
        {
            foreach (var database in new[] { "one", "two" })
                _bench.Engine.Execute(database, "CREATE TABLE base (id INTEGER PRIMARY KEY, note TEXT); INSERT INTO base VALUES (1, 'first');");
            for (var step = 0; step < steps; step++)
            {
                await StepAsync();
                _bench.Advance(TimeSpan.FromSeconds(1));
                Assert.Empty(_bench.Leftovers());
            }

            Assert.Equal(
                _chains.Select(chain => chain.Path).Order(StringComparer.Ordinal),
                await Simulation.Layers.ListChainsAsync(_bench, Collection));
            foreach (var chain in _chains)
            {
                for (var layer = 0; layer < chain.Layers.Count; layer++)
                    await CheckAsync(chain, chain.Layers[layer].End, chain.Layers[layer].State);
            }
        }

        public ValueTask DisposeAsync() => _bench.DisposeAsync();

        private Task StepAsync() => _random.Next(22) switch
        {
            < 7 => ChangeAsync(),
            < 9 => FullAsync(),
            < 13 => IncrementAsync(),
            < 16 => RestoreAsync(),
            16 => CancelledAsync(),
            17 => TooEarlyAsync(),
            18 => ValidateAsync(),
            19 => DropAsync(),
            20 => DropManyAsync(),
            _ => _bench.ReopenAsync(),
        };

        private string AnyDatabase() => _random.Next(3) == 0 ? "two" : "one";

        private Task ChangeAsync()
        {
            var database = AnyDatabase();
            var extra = $"extra{_random.Next(4)}";
            var key = ++_nextKey;
            var sql = _random.Next(6) switch
            {
                0 when _extras.Add($"{database}.{extra}") => $"CREATE TABLE {extra} (id INTEGER PRIMARY KEY, n INTEGER); INSERT INTO {extra} VALUES ({key}, 1);",
                1 when _extras.Remove($"{database}.{extra}") => $"DROP TABLE {extra};",
                2 when _extras.Contains($"{database}.{extra}") => $"UPDATE {extra} SET n = {key};",
                3 => $"DELETE FROM base WHERE id = {_random.NextInt64(1, key + 1)};",
                4 => $"UPDATE base SET note = 'changed {key}' WHERE id = {_random.NextInt64(1, key + 1)};",
                _ => $"INSERT INTO base VALUES ({key + 1000}, 'new'), ({key + 100_000}, NULL);",
            };
            _bench.Engine.Execute(database, sql);

            // Of the commits of one moment some come after it: the moment that is noted lies a little later.
            _bench.Advance(TimeSpan.FromMilliseconds(500));
            foreach (var chain in _chains.Where(c => c.History && c.Database == database))
                chain.Moments.Add((Scripting.Expectation.Show(_bench.Host.Options.TimeProvider.GetUtcNow()), _bench.Engine.Dump(database)));
            return Task.CompletedTask;
        }

        private async Task FullAsync()
        {
            var database = AnyDatabase();
            var history = HasHistory && _random.Next(2) == 0;
            var state = _bench.Engine.Dump(database);
            await _bench.RunAsync($"BACKUP DATABASE {database} INTO '{Collection}'{(history ? " WITH revision_history" : "")}");
            var known = _chains.Select(chain => chain.Path).ToHashSet();
            var path = (await Simulation.Layers.ListChainsAsync(_bench, Collection)).Single(p => !known.Contains(p));
            var chain = new ModelChain(path, database, history);
            _chains.Add(chain);
            await NoteLayerAsync(chain, state);
        }

        private async Task IncrementAsync()
        {
            if (_chains.Count == 0)
                return;
            var latest = _random.Next(2) == 0;
            var chain = latest ? _chains[^1] : _chains[_random.Next(_chains.Count)];
            var state = _bench.Engine.Dump(chain.Database);
            await _bench.RunAsync(
                $"BACKUP DATABASE {chain.Database} INTO {(latest ? "LATEST" : $"'{chain.Path}'")} IN '{Collection}'"
                + (chain.History ? " WITH revision_history" : ""));
            await NoteLayerAsync(chain, state);
        }

        private async Task NoteLayerAsync(ModelChain chain, string state)
        {
            var ends = await Simulation.Layers.ListEndsAsync(_bench, Collection, chain.Path);
            Assert.Equal(chain.Layers.Count + 1, ends.Count);
            chain.Layers.Add((ends[^1], state));
        }

        private async Task RestoreAsync()
        {
            if (_chains.Count == 0)
                return;
            var chain = _chains[_random.Next(_chains.Count)];
            var covered = chain.Moments.Where(m => string.CompareOrdinal(m.Time, chain.Layers[^1].End) < 0).ToList();
            var (time, state) = covered.Count > 0 && _random.Next(2) == 0
                ? covered[_random.Next(covered.Count)]
                : chain.Layers[_random.Next(chain.Layers.Count)];
            await CheckAsync(chain, time, state);
        }

        private async Task CheckAsync(ModelChain chain, string time, string state)
        {
            await _bench.RunAsync(
                $"RESTORE DATABASE {chain.Database} FROM '{chain.Path}' IN '{Collection}' AS OF SYSTEM TIME '{time}' WITH new_db_name = 'proof'");
            Assert.Equal(state, _bench.Engine.Dump("proof"));
            _bench.Engine.Drop("proof");
        }

        private async Task DropAsync()
        {
            if (_chains.Count == 0)
                return;
            var chain = _chains[_random.Next(_chains.Count)];
            var drop = _bench.RunAsync($"DROP BACKUP '{chain.Path}' IN '{Collection}'");
            if (_chains.Count == 1)
                Assert.Equal(SqlStates.ObjectNotInState, (await Assert.ThrowsAsync<BackupSqlException>(() => drop)).SqlState);
            else
                await drop;
            if (_chains.Count > 1)
                _chains.Remove(chain);
        }

        // Of chains whose newest layers are in the model's order the oldest go.
        private async Task DropManyAsync()
        {
            if (_chains.Count == 0)
                return;
            var kept = _random.Next(1, 4);
            await _bench.RunAsync($"DROP BACKUPS IN '{Collection}' KEEP (LAST = {kept})");
            var newest = _chains.OrderByDescending(chain => chain.Layers[^1].End, StringComparer.Ordinal).Take(kept).ToHashSet();
            _chains.RemoveAll(chain => !newest.Contains(chain));
        }

        private async Task CancelledAsync()
        {
            using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(_random.Next(4)));
            var before = await _bench.StateAsync();
            try
            {
                await _bench.Session.ExecuteAsync(
                    $"RESTORE DATABASE one FROM LATEST IN '{Collection}' WITH new_db_name = 'proof'", null, source.Token);
                _bench.Engine.Drop("proof");
            }
            catch (BackupSqlException failure)
            {
                Assert.Contains(failure.SqlState, new[] { SqlStates.QueryCanceled, SqlStates.UndefinedFile, SqlStates.UndefinedDatabase });
            }

            Assert.Equal(before, await _bench.StateAsync());
        }

        private async Task TooEarlyAsync()
        {
            if (_chains.Count == 0)
                return;
            var chain = _chains[_random.Next(_chains.Count)];
            var failure = await Assert.ThrowsAsync<BackupSqlException>(() => _bench.RunAsync(
                $"RESTORE DATABASE {chain.Database} FROM '{chain.Path}' IN '{Collection}' AS OF SYSTEM TIME '2001-01-01' WITH new_db_name = 'proof'"));
            Assert.Equal(SqlStates.TimeOutOfRange, failure.SqlState);
        }

        private async Task ValidateAsync()
        {
            if (_chains.Count == 0)
                return;
            var answer = await _bench.RunAsync($"SHOW BACKUP VALIDATE FROM '{_chains[_random.Next(_chains.Count)].Path}' IN '{Collection}'");
            Assert.Equal("No problems found!", answer.Value<string>("validation_status"));
        }
    }
}
