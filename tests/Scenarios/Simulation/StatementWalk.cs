using Backup.Sql.Diagnostics;
using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.TestKit.Memory;

namespace Backup.Sql.Scenarios.Simulation;

/// <summary>
/// Random statements against a model: a dictionary of what each layer of each chain must restore to, and a schedule that
/// knows when it is due. Data and definitions change in between, jobs are paused and cancelled, backups expire, time
/// passes, processes end and die.
/// </summary>
internal sealed class StatementWalk : IAsyncDisposable
{
    private const string Collection = "mem://depot";
    private const string Scheduled = "mem://scheduled";

    private readonly string _engine;
    private readonly Random _random;
    private readonly StoreGate _gate = new();
    private readonly Bench _bench;
    private readonly List<ModelChain> _chains = [];
    private readonly List<string> _scheduledStates = [];
    private readonly HashSet<string> _extras = [];
    private ModelSchedule? _schedule;
    private long _nextKey;

    public StatementWalk(string engine, int seed)
    {
        _engine = engine;
        _random = new Random(seed);
        _bench = new Bench(new BenchSetup
        {
            Engines = engine,
            Seed = (ulong)seed,
            Wrap = provider => new GateStoreProvider(provider, _gate),
            Memory = new MemoryEngineOptions { HistoryRetention = TimeSpan.FromDays(3650) },
        });
    }

    private bool HasHistory => _engine == "memory";

    private DateTimeOffset Now => _bench.Host.Options.TimeProvider.GetUtcNow();

    public async Task RunAsync(int steps)
    {
        foreach (var database in new[] { "one", "two" })
            _bench.Engine.Execute(database, "CREATE TABLE base (id INTEGER PRIMARY KEY, note TEXT); INSERT INTO base VALUES (1, 'first');");
        for (var step = 0; step < steps; step++)
        {
            await StepAsync();
            _bench.Advance(TimeSpan.FromSeconds(1));
            await RunDueAsync();
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

        await CheckScheduledAsync();
    }

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    private Task StepAsync() => _random.Next(32) switch
    {
        < 8 => ChangeAsync(),
        < 10 => FullAsync(),
        < 14 => IncrementAsync(),
        < 17 => RestoreAsync(),
        17 => CancelledAsync(),
        18 => TooEarlyAsync(),
        19 => ValidateAsync(),
        20 => _bench.ReopenAsync(),
        21 => DropAsync(),
        22 => ExpireAsync(),
        23 or 24 => PausedAsync(),
        25 => CanceledJobAsync(),
        26 => CrashedAsync(),
        < 31 => ScheduleAsync(),
        _ => WaitAsync(),
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
            chain.Moments.Add((Scripting.Expectation.Show(Now), _bench.Engine.Dump(database)));
        return Task.CompletedTask;
    }

    private async Task FullAsync()
    {
        var database = AnyDatabase();
        var history = HasHistory && _random.Next(2) == 0;
        var state = _bench.Engine.Dump(database);
        await _bench.RunAsync($"BACKUP DATABASE {database} INTO '{Collection}'{(history ? " WITH revision_history" : "")}");
        await NoteFullAsync(database, history, state);
    }

    private async Task NoteFullAsync(string database, bool history, string state)
    {
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

    private async Task DropAsync()
    {
        if (_chains.Count == 0)
            return;
        var chain = _chains[_random.Next(_chains.Count)];
        var drop = $"DROP BACKUP '{chain.Path}' IN '{Collection}'";
        if (_chains.Count == 1)
        {
            var failure = await Assert.ThrowsAsync<BackupSqlException>(() => _bench.RunAsync(drop));
            Assert.Equal(SqlStates.ObjectNotInState, failure.SqlState);
            return;
        }

        await _bench.RunAsync(drop);
        _chains.Remove(chain);
    }

    /// <summary>By age or by number; the newest stays whatever the rule says.</summary>
    private async Task ExpireAsync()
    {
        if (_chains.Count == 0)
            return;
        var newestFirst = _chains.OrderByDescending(chain => chain.Layers[^1].End, StringComparer.Ordinal).ToList();
        string rule;
        List<ModelChain> kept;
        if (_random.Next(2) == 0)
        {
            var count = _random.Next(1, 4);
            (rule, kept) = ($"KEEP (LAST = {count})", [.. newestFirst.Take(count)]);
        }
        else
        {
            var limit = newestFirst[_random.Next(newestFirst.Count)].Layers[^1].End;
            rule = $"OLDER THAN '{limit}'";
            kept = [.. newestFirst.Where(chain => string.CompareOrdinal(chain.Layers[^1].End, limit) >= 0)];
        }

        var answer = await _bench.RunAsync($"DROP BACKUPS IN '{Collection}' {rule}");
        Assert.Equal($"DROP BACKUPS {_chains.Count - kept.Count}", answer.Tag);
        _chains.RemoveAll(chain => !kept.Contains(chain));
    }

    /// <summary>A backup is paused right before its commit, time passes, perhaps its process ends, and it goes on.</summary>
    private async Task PausedAsync()
    {
        var database = AnyDatabase();
        var state = _bench.Engine.Dump(database);
        var job = await StartHeldAsync($"BACKUP DATABASE {database} INTO '{Collection}' WITH detached");
        await _bench.RunAsync($"PAUSE JOB {job}");
        await ExpectEndAsync(job, "paused");
        _gate.Open();
        _bench.Advance(TimeSpan.FromSeconds(_random.Next(100)));
        if (_random.Next(2) == 0)
            await _bench.ReopenAsync();
        await _bench.RunAsync("RESUME JOBS SELECT job_id FROM [SHOW JOBS] WHERE status = 'paused'");
        await ExpectEndAsync(job, "succeeded");
        await NoteFullAsync(database, history: false, state);
    }

    /// <summary>A backup is cancelled right before its commit, at work or paused, and nothing is left of it.</summary>
    private async Task CanceledJobAsync()
    {
        var before = await _bench.StateAsync();
        var job = await StartHeldAsync($"BACKUP DATABASE {AnyDatabase()} INTO '{Collection}' WITH detached");
        if (_random.Next(2) == 0)
        {
            await _bench.RunAsync($"PAUSE JOB {job}");
            await ExpectEndAsync(job, "paused");
        }

        await _bench.RunAsync($"CANCEL JOB {job}");
        await ExpectEndAsync(job, "canceled");
        _gate.Open();
        Assert.Equal(before, await _bench.StateAsync());
    }

    /// <summary>The process dies right before a commit; when its lease has run out, the next one goes on.</summary>
    private async Task CrashedAsync()
    {
        var database = AnyDatabase();
        var state = _bench.Engine.Dump(database);
        var job = await StartHeldAsync($"BACKUP DATABASE {database} INTO '{Collection}' WITH detached");
        await _bench.CrashAsync();
        _gate.Open();
        _bench.Advance(_bench.Host.Options.Settings.JobLease);
        var adoption = await _bench.Host.AdoptJobsAsync();
        Assert.Equal([job], adoption.Jobs.Select(adopted => adopted.JobId));
        await ExpectEndAsync(job, "succeeded");
        await NoteFullAsync(database, history: false, state);
    }

    private async Task<long> StartHeldAsync(string statement)
    {
        _gate.Close("BACKUP_MANIFEST");
        var job = (await _bench.RunAsync(statement)).Value<long>("job_id");
        await _gate.ReachedAsync();
        return job;
    }

    private async Task ExpectEndAsync(long job, string state) =>
        Assert.Equal(state, (await _bench.RunAsync($"SHOW JOB WHEN COMPLETE {job}")).Value<string>("status"));

    private async Task ScheduleAsync()
    {
        if (_schedule is null)
        {
            var recurrence = AnyRecurrence();
            var made = await _bench.RunAsync(
                $"CREATE SCHEDULE FOR BACKUP DATABASE one INTO '{Scheduled}' RECURRING '{recurrence}' FULL BACKUP ALWAYS "
                + "WITH SCHEDULE OPTIONS ignore_existing_backups");
            _schedule = new ModelSchedule(made.Value<long>("schedule_id"), recurrence, Now);
        }
        else
        {
            await ChangeScheduleAsync(_schedule);
        }

        if (_schedule is not null)
            await CheckScheduleAsync(_schedule);
    }

    private async Task ChangeScheduleAsync(ModelSchedule schedule)
    {
        switch (_random.Next(6))
        {
            case 0:
                await _bench.RunAsync($"DROP SCHEDULE {schedule.Id}");
                _schedule = null;
                break;
            case 1 or 2:
                var recurrence = AnyRecurrence();
                await _bench.RunAsync($"ALTER BACKUP SCHEDULE {schedule.Id} SET RECURRING '{recurrence}'");
                schedule.Alter(recurrence, Now);
                break;
            case 3 when !schedule.IsPaused:
                await _bench.RunAsync("PAUSE SCHEDULES SELECT id FROM [SHOW SCHEDULES] WHERE next_run IS NOT NULL");
                schedule.Pause();
                break;
            case 4 when !schedule.IsPaused:
                await _bench.RunAsync($"EXECUTE SCHEDULE {schedule.Id}");
                schedule.Execute(Now);
                break;
            default:
                await _bench.RunAsync($"RESUME SCHEDULE {schedule.Id}");
                schedule.Resume(Now);
                break;
        }
    }

    private async Task CheckScheduleAsync(ModelSchedule schedule)
    {
        var shown = await _bench.RunAsync($"SHOW SCHEDULE {schedule.Id}");
        Assert.Equal(schedule.IsPaused ? "PAUSED" : "ACTIVE", shown.Value<string>("schedule_status"));
        Assert.Equal(schedule.Next, shown.Value<DateTimeOffset?>("next_run"));
    }

    private Task WaitAsync()
    {
        _bench.Advance(TimeSpan.FromMinutes(_random.Next(1, 2000)));
        return Task.CompletedTask;
    }

    private async Task RunDueAsync()
    {
        var isDue = _schedule?.RunIfDue(Now) ?? false;
        var due = await _bench.Host.RunDueSchedulesAsync();
        Assert.Equal(isDue ? ["succeeded"] : [], due.Runs.Select(run => run.Status));
        if (isDue)
            _scheduledStates.Add(_bench.Engine.Dump("one"));
    }

    private async Task CheckScheduledAsync()
    {
        var paths = await Simulation.Layers.ListChainsAsync(_bench, Scheduled);
        Assert.Equal(_scheduledStates.Count, paths.Count);
        foreach (var (path, state) in paths.Order(StringComparer.Ordinal).Zip(_scheduledStates))
        {
            await _bench.RunAsync($"RESTORE DATABASE one FROM '{path}' IN '{Scheduled}' WITH new_db_name = 'proof'");
            Assert.Equal(state, _bench.Engine.Dump("proof"));
            _bench.Engine.Drop("proof");
        }
    }

    private string AnyRecurrence() => ModelSchedule.Recurrences[_random.Next(ModelSchedule.Recurrences.Length)];
}
