using System.Diagnostics.Metrics;
using System.Text;
using Backup.Sql.Engines;
using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.Sessions;
using Backup.Sql.State;
using Backup.Sql.Storage;
using Backup.Sql.TestKit.Faults;
using Backup.Sql.TestKit.Memory;
using Backup.Sql.TestKit.Simulation;

namespace Backup.Sql.Scenarios;

/// <summary>What scripts cannot say of schedules: several processes, lost holds, failing stores, metrics.</summary>
public sealed class SchedulerTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public async Task Several_processes_on_one_state_store_run_each_time_once()
    {
        var clock = new ManualTimeProvider { JumpsToTimers = true };
        var state = new MemoryStateStore();
        var stores = new IObjectStoreProvider[] { new MemoryObjectStoreProvider() };
        var engine = new MemoryEngine(new MemoryEngineOptions { TimeProvider = clock, ClusterId = "cluster" });
        engine.CreateDatabase("shop");
        var hosts = Enumerable.Range(1, 4).Select(seed => new BackupHost(new BackupHostOptions
        {
            Engines = new Dictionary<string, IDatabaseEngine> { ["memory"] = engine },
            Stores = stores,
            StateStore = state,
            TimeProvider = clock,
            Random = new SeededRandomSource((ulong)seed),
        })).ToList();
        var session = hosts[0].OpenSession();
        for (var i = 0; i < 3; i++)
        {
            await session.ExecuteAsync(
                $"CREATE SCHEDULE 's{i}' FOR BACKUP DATABASE shop INTO 'mem://depot{i}' RECURRING '@hourly' FULL BACKUP '@daily'");
        }

        var runs = new List<ScheduleRun>();
        for (var hour = 0; hour < 30; hour++)
        {
            clock.Advance(Hour);
            var due = await Task.WhenAll(hosts.Select(host => Task.Run(() => host.RunDueSchedulesAsync())));
            runs.AddRange(due.SelectMany(d => d.Runs));
        }

        Assert.All(runs.Where(run => run.JobId is not null), run => Assert.Equal("succeeded", run.Status));
        var done = runs.Where(run => run.JobId is not null).Select(run => (run.ScheduleId, run.ScheduledFor)).ToList();
        Assert.Equal(done.Distinct().Count(), done.Count);
        Assert.Equal(3 * (1 + 6), done.Count); // a full backup at midnight, increments from one o'clock on
        for (var i = 0; i < 3; i++)
        {
            var layers = await (await session.ExecuteAsync($"SHOW BACKUP FROM LATEST IN 'mem://depot{i}'")).Rows
                .Where(row => Equals(row[2], "shop")).ToListAsync();
            Assert.Equal(7, layers.Count);
        }

        await hosts[0].DisposeAsync();
    }

    [Fact]
    public async Task A_lost_hold_is_said_and_a_new_chain_begins_at_once()
    {
        await using var bench = new Bench(new BenchSetup { Engines = "memory" });
        bench.Engine.Execute("shop", "CREATE TABLE t (a INTEGER PRIMARY KEY); INSERT INTO t VALUES (1);");
        bench.Advance(Hour);
        await bench.RunAsync(
            $"CREATE SCHEDULE 's' FOR BACKUP DATABASE shop INTO '{bench.Stores.Location("depot")}' RECURRING '@daily'");
        await bench.Host.RunDueSchedulesAsync();
        var hold = Assert.Single(await bench.Host.Schedules.ListHoldsAsync(CancellationToken.None));
        await bench.Memory.Memory.ReleaseAsync(hold.Value.Name);
        bench.Advance(48 * Hour);
        bench.Memory.Memory.CollectGarbage();

        var due = await bench.Host.RunDueSchedulesAsync();

        var failed = Assert.Single(due.Runs);
        Assert.Equal("failed", failed.Status);
        Assert.StartsWith("22008", failed.Error, StringComparison.Ordinal);
        var shown = await bench.RunAsync("SHOW SCHEDULES");
        Assert.Contains("the chain cannot be continued", (string)shown.Rows.Rows[0][4]!, StringComparison.Ordinal);
        due = await bench.Host.RunDueSchedulesAsync();
        Assert.Equal("succeeded", Assert.Single(due.Runs).Status);
        bench.Advance(24 * Hour);
        due = await bench.Host.RunDueSchedulesAsync();
        Assert.Equal("succeeded", Assert.Single(due.Runs).Status);
    }

    [Fact]
    public async Task A_job_that_fails_is_tried_again_soon_and_leaves_no_hold()
    {
        var faults = new FaultScript();
        await using var bench = new Bench(new BenchSetup
        {
            Engines = "memory",
            Wrap = provider => new FaultStoreProvider(provider, faults),
        });
        bench.Engine.Execute("shop", "CREATE TABLE t (a INTEGER PRIMARY KEY); INSERT INTO t VALUES (1);");
        bench.Advance(Hour);
        await bench.RunAsync(
            $"CREATE SCHEDULE 's' FOR BACKUP DATABASE shop INTO '{bench.Stores.Location("depot")}' RECURRING '@daily' "
            + "WITH SCHEDULE OPTIONS on_execution_failure = 'retry'");
        faults.On(
            StoreOperation.PutIfAbsent, FaultKind.DiskFull,
            name: name => name.EndsWith("BACKUP_MANIFEST", StringComparison.Ordinal));

        var failed = Assert.Single((await bench.Host.RunDueSchedulesAsync()).Runs);

        Assert.Equal("failed", failed.Status);
        Assert.NotNull(failed.JobId);
        Assert.Empty(await bench.Host.Schedules.ListHoldsAsync(CancellationToken.None));
        var shown = await bench.RunAsync("SHOW SCHEDULES");
        Assert.StartsWith("tries again soon: job", (string)shown.Rows.Rows[1][4]!, StringComparison.Ordinal);
        bench.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("succeeded", Assert.Single((await bench.Host.RunDueSchedulesAsync()).Runs).Status);
    }

    [Fact]
    public async Task The_time_of_the_last_success_is_published_by_those_who_are_asked_to()
    {
        var published = new List<(long Value, string? Schedule)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "backupsql.backup.last_success")
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            lock (published)
                published.Add((value, tags.ToArray().FirstOrDefault(tag => tag.Key == "schedule").Value as string));
        });
        listener.Start();
        var start = new DateTimeOffset(2101, 2, 3, 4, 5, 6, TimeSpan.Zero); // no other test's time
        await using var bench = new Bench(new BenchSetup { Clock = new ManualTimeProvider(start) { JumpsToTimers = true } });
        bench.Engine.Execute("shop", "CREATE TABLE t (a INTEGER PRIMARY KEY);");

        await bench.RunAsync($"BACKUP DATABASE shop INTO '{bench.Stores.Location("one")}'");
        await bench.RunAsync($"BACKUP DATABASE shop INTO '{bench.Stores.Location("two")}' WITH updates_cluster_monitoring_metrics");
        await bench.RunAsync(
            $"CREATE SCHEDULE 'watched' FOR BACKUP DATABASE shop INTO '{bench.Stores.Location("three")}' RECURRING '@daily' "
            + "FULL BACKUP ALWAYS WITH SCHEDULE OPTIONS updates_cluster_last_backup_time_metric, first_run = 'now'");
        await bench.Host.RunDueSchedulesAsync();

        lock (published)
        {
            var mine = published.Where(p => p.Value >= start.ToUnixTimeSeconds()).ToList();
            Assert.Equal([null, "watched"], mine.Select(p => p.Schedule));
        }
    }

    [Fact]
    public async Task Snapshots_whose_time_is_up_go_without_anybody_asking()
    {
        // Moved by hand alone: a clock that jumps to timers would never let the scheduler rest.
        await using var bench = new Bench(new BenchSetup { Engines = "memory", Clock = new ManualTimeProvider() });
        bench.Engine.Execute("shop", "CREATE TABLE t (a INTEGER PRIMARY KEY); INSERT INTO t VALUES (1);");
        bench.Advance(Hour);
        await bench.RunAsync($"CREATE REPOSITORY depot WITH BROKER ON LOCATION '{bench.Stores.Location("depot")}'");
        await TakeAsync("brief", "1 DAY");
        await TakeAsync("lasting", "1 WEEK");
        using var stop = new CancellationTokenSource();
        var scheduler = bench.Host.RunSchedulerAsync(stop.Token);

        for (var minute = 0; minute < 23 * 60; minute++)
            bench.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(["brief", "lasting"], await LabelsAsync());
        while ((await LabelsAsync()).Contains("brief"))
        {
            bench.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }

        Assert.Equal(["lasting"], await LabelsAsync());
        await stop.CancelAsync();
        await scheduler;

        async Task TakeAsync(string label, string ttl)
        {
            await bench.RunAsync($"BACKUP SNAPSHOT shop.{label} TO depot PROPERTIES (\"ttl\" = \"{ttl}\")");
            var job = (await bench.RunAsync("SHOW BACKUP FROM shop")).Value<long>("JobId");
            await bench.RunAsync($"SHOW JOB WHEN COMPLETE {job}");
        }

        async Task<List<string>> LabelsAsync() =>
            [.. (await bench.RunAsync("SHOW SNAPSHOT ON depot")).Rows.Rows.Select(row => (string)row[0]!)];
    }

    [Fact]
    public async Task Secrets_of_a_schedule_stay_in_the_vault()
    {
        var clock = new ManualTimeProvider { JumpsToTimers = true };
        var engine = new MemoryEngine(new MemoryEngineOptions { TimeProvider = clock, ClusterId = "cluster" });
        engine.CreateDatabase("shop");
        clock.Advance(Hour);
        var provider = new KeyedProvider();
        await using var host = new BackupHost(new BackupHostOptions
        {
            Engines = new Dictionary<string, IDatabaseEngine> { ["memory"] = engine },
            Stores = [provider],
            TimeProvider = clock,
        });
        var session = host.OpenSession();
        await session.ExecuteAsync(
            "CREATE SCHEDULE 's' FOR BACKUP DATABASE shop INTO 's3://b/p?AWS_SECRET_ACCESS_KEY=hush' RECURRING '@daily'");

        Assert.Equal("succeeded", Assert.Single((await host.RunDueSchedulesAsync()).Runs).Status);

        Assert.True(provider.WasOpened);
        foreach (var kind in new[] { "schedule", "job" })
        {
            var stored = await host.Options.StateStore.ListAsync(kind);
            Assert.NotEmpty(stored);
            Assert.All(stored, entry =>
                Assert.DoesNotContain("hush", Encoding.UTF8.GetString(entry.Value.Span), StringComparison.Ordinal));
        }

        foreach (var statement in new[] { "SHOW SCHEDULES", "SHOW CREATE ALL SCHEDULES", "SHOW JOBS" })
        {
            var rows = await (await session.ExecuteAsync(statement)).Rows.ToListAsync();
            Assert.All(rows.SelectMany(row => row).OfType<string>(), text =>
                Assert.DoesNotContain("hush", text, StringComparison.Ordinal));
        }

        var command = (string)(await (await session.ExecuteAsync("SHOW SCHEDULES FOR BACKUP")).Rows.FirstAsync())[11]!;
        Assert.Contains("AWS_SECRET_ACCESS_KEY=redacted", command, StringComparison.Ordinal);
    }

    /// <summary>A store in memory that wants a key.</summary>
    private sealed class KeyedProvider : IObjectStoreProvider
    {
        private readonly MemoryObjectStoreProvider _memory = new();

        public IReadOnlyList<string> Schemes { get; } = ["s3"];

        public bool WasOpened { get; private set; }

        public void Check(StoreUri uri)
        {
        }

        public ValueTask<IObjectStore> OpenAsync(StoreUri uri, CancellationToken cancellationToken = default)
        {
            Assert.Equal("hush", uri.Parameters["AWS_SECRET_ACCESS_KEY"]);
            WasOpened = true;
            return _memory.OpenAsync(StoreUri.Parse("mem://b"), cancellationToken);
        }
    }
}
