using System.Globalization;
using System.Text.RegularExpressions;
using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Execution.Jobs;
using Backup.Sql.Execution;
using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.Sessions;
using Backup.Sql.TestKit.Memory;
using Backup.Sql.TestKit.Simulation;

namespace Backup.Sql.Scenarios.Scripting;

/// <summary>
/// Runs a script against one engine and one kind of store. A block is a statement of the dialect, perhaps after lines
/// <c>$1 = text</c> that give its placeholders, or one of:
/// <list type="bullet">
/// <item><c>data NAME[@ENGINE]: SQL</c> changes a database in the engine's own SQL; it is made when there is none;</item>
/// <item><c>run NAME: SQL</c> does that through the engine; <c>mark</c> does what a host's timer does for history;</item>
/// <item><c>query NAME[@ENGINE]: SELECT</c> gives rows;</item>
/// <item><c>remember WORD: NAME</c> keeps a database's contents, and the time as <c>{WORD}</c>;</item>
/// <item><c>same NAME: NAME</c> and <c>same NAME: WORD</c> compare databases with each other and with what was kept;</item>
/// <item><c>drop NAME</c> drops a database; <c>use NAME</c> changes the session's current one; <c>wait 90s</c> lets time pass;
/// <c>settle</c> waits until no job is at work; <c>expire</c> removes the snapshots whose time is up;</item>
/// <item><c>as USER</c> lets another user go on; <c>member ROLE: NAME</c> makes a user or role a member of a role, as a host
/// does; the setting <c>rights: on</c> leaves only <c>root</c> an administrator;</item>
/// <item><c>key add NAME</c> and <c>key rotate NAME</c> change the key ring <c>local-kms:///ring.json</c>;</item>
/// <item><c>lose state</c> is <c>reopen</c> with an empty state store;</item>
/// <item><c>list LOCATION</c> gives the names of stored objects; <c>delete</c>, <c>damage</c> (in its middle) and
/// <c>behead LOCATION PATTERN</c> (at its beginning) do that to the first object that matches, <c>cut</c> takes its end away;</item>
/// <item><c>policies</c> runs the backup policies that are due, and gives the time when one is due next;</item>
/// <item><c>hold LETTERS</c> holds up the store's calls whose text has these letters, and no others any more; <c>held</c>
/// waits until one is;
/// <c>release</c> lets go; <c>until STATEMENT</c> asks again until the answer is the one expected, half a minute at most; <c>reopen</c> ends the process and starts the next; <c>crash</c> starts the next without ending
/// the one before properly; <c>adopt</c> takes over jobs whose process died, and gives them;</item>
/// <item><c>clock TIME</c> sets the clock for the next block; <c>schedules</c> runs the schedules that are due, <c>begin</c> does so without
/// waiting for them and <c>end</c> waits; <c>collect</c> lets the engine in memory forget old history; <c>regions NAME: A, B</c>
/// gives one of its databases regions, <c>regions cluster: A, B</c> the engine.</item>
/// <item><c>enter</c> and <c>leave ENGINE</c>: an application takes and gives back the gate before its writes; <c>controller
/// ENGINE: CALL FAULT [TIMES [AFTER]]</c> breaks a pause controller (<see cref="TestController"/>), <c>controller ENGINE: skew SECONDS</c>
/// lets it know of clocks that are off; <c>paused</c> gives the engines that stand.</item>
/// </list>
/// <c>{@name}</c> is a location's URI, <c>{word}</c> what a cell <c>?word</c> has caught before. The clock moves on by a
/// second with every block. A statement that fails, shows or explains must leave everything as it was.
/// </summary>
internal sealed partial class ScriptRunner : IAsyncDisposable
{
    private static readonly string[] ReadOnly = ["SHOW", "EXPLAIN"];

    private readonly Script _script;
    private readonly string _engine;
    private readonly StoreGate _gate = new();
    private readonly Bench _bench;
    private readonly Dictionary<string, TestController> _controllers = [];
    private readonly Dictionary<string, IDisposable> _passes = [];
    private readonly Dictionary<string, string> _variables = [];
    private readonly Dictionary<string, string> _remembered = [];
    private readonly Queue<Task<DueSchedules>> _begun = [];

    public ScriptRunner(Script script, string engine, string store)
    {
        (_script, _engine) = (script, engine);
        var clock = new ManualTimeProvider { JumpsToTimers = true };
        foreach (var pause in script.Settings("pauses", "").Where(words => words.Length > 0))
        {
            var words = pause.Split(' ');
            _controllers[words[0]] = new TestController(new WriteGate(words[0], clock), clock)
            {
                RestorePointOnly = words.Contains("restore-point-only"),
                CoordinatorTables = [.. words.Where(w => w.Contains('.', StringComparison.Ordinal))],
            };
        }

        _bench = new Bench(new BenchSetup
        {
            Engines = engine,
            Store = store,
            Clock = clock,
            Locality = script.Setting("host"),
            Localities = script.Settings("places", "").Where(place => place.Length > 0).Select(place => place.Split(' '))
                .ToDictionary(place => place[0], place => place[1].Replace('+', ',')),
            Pauses = _controllers.Where(c => engine.Split('+').Contains(c.Key)).ToDictionary(c => c.Key, c => (IPauseController)c.Value),
            Memory = new MemoryEngineOptions
            {
                Capabilities = script.Setting("memory") == "non-transactional"
                    ? EngineCapabilities.NonTransactional
                    : new MemoryEngineOptions().Capabilities,
            },
            UseBackupsWithIds = script.Setting("ids") == "on",
            CurrentDatabase = script.Setting("database"),
            Databases = new Dictionary<string, DatabaseProperties>
            {
                ["shop"] = new()
                {
                    Scope = "acme/retail",
                    Labels = new Dictionary<string, string> { ["tier"] = "gold" },
                    Configuration = new Dictionary<string, string> { ["plan"] = "large" },
                },
                ["ledger"] = new() { Scope = "acme/books" },
            },
            Admins = script.Setting("rights") == "on" ? ["root"] : null,
            Wrap = provider => new GateStoreProvider(provider, _gate),
            Settings = new BackupSettings { Workers = 2, FullBackupWithSubdirectory = script.Setting("full_backup_with_subdir") == "on" },
        });
    }

    public async Task RunAsync()
    {
        foreach (var block in _script.Blocks.Where(block => block.Engine is null || block.Engine == _engine))
        {
            try
            {
                await RunAsync(block);
            }
            catch (Exception failure)
            {
                throw new ScriptException($"{_script.Name}.txt, line {block.Line}: {block.Command}\n{failure.Message}", failure);
            }

            _bench.Advance(TimeSpan.FromSeconds(1));
        }
    }

    public ValueTask DisposeAsync()
    {
        _gate.Open();
        return _bench.DisposeAsync();
    }

    private void ChangeKeys(string command)
    {
        var (verb, name) = Cut(command);
        _ = verb switch
        {
            "add" => _bench.Keys.Add(name),
            "rotate" => _bench.Keys.Rotate(name),
            _ => throw new ScriptException($"Nothing is known of key {verb}."),
        };
    }

    private async Task RunAsync(ScriptBlock block)
    {
        var command = Fill(block.Command);
        var expected = block.Expected is null ? null : new Expectation(block.Expected);
        var (word, rest) = Cut(command);
        switch (word)
        {
            case "data":
                var (target, sql) = CutAt(rest, ':');
                EngineOf(ref target).Execute(target, sql);
                break;
            case "run":
                var (run, text) = CutAt(rest, ':');
                await EngineOf(ref run).RunAsync(run, text);
                break;
            case "mark":
                await _bench.Engine.MarkAsync();
                break;
            case "query":
                var (database, select) = CutAt(rest, ':');
                expected!.CheckTable(EngineOf(ref database).Query(database, select), Fill, Catch);
                break;
            case "remember":
                var (name, kept) = CutAt(rest, ':');
                _remembered[name] = EngineOf(ref kept).Dump(kept);
                _variables[name] = Expectation.Show(_bench.Host.Options.TimeProvider.GetUtcNow());
                break;
            case "same":
                var (one, other) = CutAt(rest, ':');
                var contents = EngineOf(ref one).Dump(one);
                Assert.Equal(_remembered.TryGetValue(other, out var then) ? then : EngineOf(ref other).Dump(other), contents);
                break;
            case "drop":
                EngineOf(ref rest).Drop(rest);
                break;
            case "as":
                _bench.Become(rest);
                break;
            case "key":
                ChangeKeys(rest);
                break;
            case "lose":
                await _bench.LoseStateAsync();
                break;
            case "member":
                var (role, member) = CutAt(rest, ':');
                await _bench.Host.Roles.AddMemberAsync(role, member);
                break;
            case "use":
                _bench.Session.CurrentDatabase = rest;
                break;
            case "wait":
                _bench.Advance(TimeSpan.FromSeconds(double.Parse(rest.TrimEnd('s'), CultureInfo.InvariantCulture)));
                break;
            case "clock":
                var time = DateTimeOffset.Parse(rest, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
                // A second passes after every block: the next one begins at that time.
                _bench.Advance(time - _bench.Host.Options.TimeProvider.GetUtcNow() - TimeSpan.FromSeconds(1));
                break;
            case "schedules":
                CheckRuns(await _bench.Host.RunDueSchedulesAsync(), expected);
                break;
            case "begin":
                _begun.Enqueue(_bench.Host.RunDueSchedulesAsync());
                break;
            case "end":
                CheckRuns(await _begun.Dequeue(), expected);
                break;
            case "collect":
                _bench.Memory.Memory.CollectGarbage();
                break;
            case "regions":
                var (regional, given) = CutAt(rest, ':');
                string[] regions = given.Length == 0 ? [] : given.Split(',', StringSplitOptions.TrimEntries);
                if (regional == "cluster")
                    _bench.Memory.Memory.SetRegions(regions);
                else
                    _bench.Memory.SetRegions(regional, regions);
                break;
            case "reopen":
                await _bench.ReopenAsync();
                break;
            case "settle":
                await SettleAsync();
                break;
            case "expire":
                await _bench.Host.DropExpiredSnapshotsAsync();
                break;
            case "crash":
                await _bench.CrashAsync();
                break;
            case "adopt":
                var adopted = await _bench.Host.AdoptJobsAsync();
                expected!.CheckTable(
                    new Table(
                        ["job_id", "job_type", "status"],
                        [.. adopted.Jobs.Select(job => new object?[] { job.JobId, job.Type, job.Status })]),
                    Fill, Catch);
                break;
            case "policies":
                var next = await _bench.Host.RunDuePoliciesAsync();
                expected?.CheckTable(new Table(["next"], [[next]]), Fill, Catch);
                break;
            case "hold":
                _gate.Close(rest);
                break;
            case "held":
                await _gate.ReachedAsync();
                break;
            case "release":
                _gate.Open();
                break;
            case "enter":
                _passes.Add(rest, await _controllers[rest].Gate.EnterAsync());
                break;
            case "leave":
                _passes.Remove(rest, out var pass);
                pass!.Dispose();
                break;
            case "controller":
                var (controller, fault) = CutAt(rest, ':');
                var faultWords = fault.Split(' ');
                if (faultWords[0] == "skew")
                    _controllers[controller].KnownClockSkew = TimeSpan.FromSeconds(Number(1, 0));
                else
                    _controllers[controller].Break(faultWords[0], faultWords[1], Number(2, 1), Number(3, 0));
                break;

                int Number(int word, int otherwise) => word < faultWords.Length
                    ? int.Parse(faultWords[word], CultureInfo.InvariantCulture)
                    : otherwise;
            case "paused":
                expected!.CheckTable(
                    new Table(["engine"], [.. _controllers.Where(c => c.Value.IsStanding).Select(c => new object?[] { c.Key })]), Fill, Catch);
                break;
            case "list":
                var names = await _bench.Stores.ListAsync(rest);
                expected!.CheckTable(new Table(["name"], [.. names.Select(n => new object?[] { n })]), Fill, Catch);
                break;
            case "delete":
                await _bench.Stores.DeleteAsync(Cut(rest).First, await FindAsync(rest));
                break;
            case "damage":
                await _bench.Stores.DamageAsync(Cut(rest).First, await FindAsync(rest));
                break;
            case "cut":
                await _bench.Stores.CutAsync(Cut(rest).First, await FindAsync(rest));
                break;
            case "behead":
                await _bench.Stores.DamageAsync(Cut(rest).First, await FindAsync(rest), atStart: true);
                break;
            case "until":
                await UntilAsync(rest, expected);
                break;
            default:
                await StatementAsync(command, expected);
                break;
        }
    }

    private async Task UntilAsync(string command, Expectation? expected)
    {
        for (var left = 1500; ; left--)
        {
            try
            {
                await StatementAsync(command, expected);
                return;
            }
            catch (ScriptException) when (left > 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20));
            }
        }
    }

    private void CheckRuns(DueSchedules due, Expectation? expected) => expected?.CheckTable(
        new Table(
            ["label", "scheduled_for", "missed_since", "status", "job_id", "error", "next_due"],
            [.. due.Runs.Select(run => new object?[]
            {
                run.Label, run.ScheduledFor, run.MissedSince, run.Status, run.JobId, run.Error, due.NextDue,
            })]),
        Fill, Catch);

    private async Task StatementAsync(string command, Expectation? expected)
    {
        var parameters = new List<object?>();
        while (ParameterLine().Match(command) is { Success: true } match)
        {
            parameters.Add(match.Groups[1].Value.Trim());
            command = command[match.Length..];
        }

        var waits = command.Contains("WHEN COMPLETE", StringComparison.Ordinal);
        var changesNothing = !_gate.IsClosed && !waits && (expected?.Error is not null || ReadOnly.Contains(Cut(command).First));
        var before = changesNothing ? await _bench.StateAsync() : null;
        Answer answer;
        try
        {
            answer = await _bench.RunAsync(command, parameters);
        }
        catch (BackupSqlException error) when (expected?.Error is not null)
        {
            expected.CheckError(error, Fill);
            await CheckUntouchedAsync(before);
            return;
        }
        catch (BackupSqlException error)
        {
            throw new ScriptException($"It failed: {error.SqlState} {error.Message}\n{error.Detail}\n{error.Hint}", error);
        }

        (expected ?? new Expectation([])).CheckAnswer(answer, Fill, Catch);
        await CheckUntouchedAsync(before);
    }

    private async Task CheckUntouchedAsync(string? before)
    {
        if (before is not null)
            Assert.Equal(before, await _bench.StateAsync());
        // What a detached job still works with is no leftover. What tells that a restore was published goes when the job's
        // record says so, which is a moment later.
        for (var look = 1; ; look++)
        {
            var jobs = await _bench.Host.Jobs.ListAsync(CancellationToken.None);
            if (_gate.IsClosed || !jobs.All(job => job.State.IsFinal() || job.State == JobState.Paused))
                return;
            var left = _bench.Leftovers();
            if (look < 100 && left.Any())
            {
                await Task.Delay(50);
                continue;
            }

            Assert.Empty(left);
            return;
        }
    }

    private async Task SettleAsync()
    {
        foreach (var job in await _bench.Host.Jobs.ListAsync(CancellationToken.None))
            await _bench.Host.Jobs.WaitAsync(job.Id, CancellationToken.None);
    }

    private async Task<string> FindAsync(string locationAndPattern)
    {
        var (location, pattern) = Cut(locationAndPattern);
        var names = await _bench.Stores.ListAsync(location);
        return names.FirstOrDefault(name => Expectation.Matches(pattern, name))
            ?? throw new ScriptException($"Nothing matches; there are:\n{string.Join('\n', names)}");
    }

    private BenchEngine EngineOf(ref string database)
    {
        var (name, engine) = CutAt(database, '@');
        database = name;
        return engine.Length == 0 ? _bench.Engine : _bench.Engines[engine];
    }

    private void Catch(string name, string value) => _variables[name] = value;

    private string Fill(string text) => Hole().Replace(text, match => match.Groups[1].Value switch
    {
        ['@', .. var location] => _bench.Stores.Location(location),
        var name when _variables.TryGetValue(name, out var value) => value,
        var name => throw new ScriptException($"Nothing has caught {{{name}}} yet."),
    });

    private static (string First, string Remainder) Cut(string text)
    {
        var end = text.AsSpan().IndexOfAny(' ', '\n');
        return end < 0 ? (text, "") : (text[..end], text[(end + 1)..].Trim());
    }

    private static (string First, string Remainder) CutAt(string text, char separator)
    {
        var end = text.IndexOf(separator);
        return end < 0 ? (text, "") : (text[..end].Trim(), text[(end + 1)..].Trim());
    }

    [GeneratedRegex(@"\{(@?[a-z_][a-z0-9_/-]*)\}")]
    private static partial Regex Hole();

    [GeneratedRegex(@"\A\$\d+ = (.*)\n")]
    private static partial Regex ParameterLine();
}
