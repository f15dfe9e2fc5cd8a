using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.Sessions;
using Backup.Sql.TestKit.Simulation;

namespace Backup.Sql.Scenarios.Simulation;

/// <summary>Two processes share a state store: each job is one's, and the other can see and steer it.</summary>
public sealed class LeaseTests
{
    private const string Full = "BACKUP DATABASE shop INTO 'mem://depot' WITH detached";

    [Theory]
    [InlineData("memory")]
    [InlineData("sqlite")]
    public async Task Another_process_sees_a_job_move_and_its_requests_are_heard_at_the_next_beat(string engine)
    {
        var gate = new StoreGate();
        await using var bench = Prepare(engine, gate);
        gate.Close("data/");
        var job = await StartAsync(bench);
        await gate.ReachedAsync();
        await using var other = bench.StartAnother();
        Assert.Equal(("running", null), await StatusAsync(other, job));
        bench.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(("running", "exporting"), await StatusAsync(other, job));

        await other.OpenSession().ExecuteAsync($"PAUSE JOB {job}");
        Assert.Equal("pause-requested", (await StatusAsync(other, job)).Status);
        bench.Advance(TimeSpan.FromSeconds(10));
        await bench.RunAsync($"SHOW JOB WHEN COMPLETE {job}");
        Assert.Equal("paused", (await StatusAsync(other, job)).Status);

        gate.Open();
        await other.OpenSession().ExecuteAsync($"RESUME JOB {job}");
        await other.OpenSession().ExecuteAsync($"SHOW JOB WHEN COMPLETE {job}");
        Assert.Equal("succeeded", (await StatusAsync(bench.Host, job)).Status);
        await CompareAsync(bench);
    }

    [Theory]
    [InlineData("memory")]
    [InlineData("sqlite")]
    public async Task While_its_lease_is_renewed_nobody_takes_a_job_and_a_cancellation_is_heard(string engine)
    {
        var gate = new StoreGate();
        await using var bench = Prepare(engine, gate);
        gate.Close("data/");
        var job = await StartAsync(bench);
        await gate.ReachedAsync();
        await using var other = bench.StartAnother();
        for (var minute = 0; minute < 3; minute++)
        {
            bench.Advance(TimeSpan.FromSeconds(60));
            var adoption = await other.AdoptJobsAsync();
            Assert.Empty(adoption.Jobs);
            Assert.Equal(bench.Host.Options.TimeProvider.GetUtcNow() + TimeSpan.FromSeconds(30), adoption.NextCheck);
        }

        await other.OpenSession().ExecuteAsync($"CANCEL JOB {job}");
        Assert.Equal("cancel-requested", (await StatusAsync(other, job)).Status);
        bench.Advance(TimeSpan.FromSeconds(10));
        await bench.RunAsync($"SHOW JOB WHEN COMPLETE {job}");
        Assert.Equal("canceled", (await StatusAsync(other, job)).Status);
        Assert.Empty(await bench.Stores.ListAsync("depot"));
    }

    [Theory]
    [InlineData("memory", false)]
    [InlineData("memory", true)]
    [InlineData("sqlite", false)]
    [InlineData("sqlite", true)]
    public async Task A_process_that_cannot_renew_its_lease_commits_nothing_and_leaves_the_job_to_another(string engine, bool waits)
    {
        var gate = new StoreGate();
        await using var bench = Prepare(engine, gate);
        gate.Close("data/");
        var job = await StartAsync(bench);
        await gate.ReachedAsync();
        var first = bench.Host;
        bench.Lifeline.IsStateCut = true;
        if (waits)
            bench.Advance(TimeSpan.FromSeconds(40)); // it notices by its own clock
        gate.Open();
        await first.Jobs.StopAllAsync();
        Assert.DoesNotContain(await bench.Stores.ListAsync("depot"), name => name.EndsWith("MANIFEST", StringComparison.Ordinal));

        await using var other = bench.StartAnother();
        bench.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(job, Assert.Single((await other.AdoptJobsAsync()).Jobs).JobId);
        await other.OpenSession().ExecuteAsync($"SHOW JOB WHEN COMPLETE {job}");
        Assert.Equal("succeeded", (await StatusAsync(other, job)).Status);
        bench.Lifeline.IsStateCut = false;
        Assert.Equal("succeeded", (await StatusAsync(first, job)).Status);
        await CompareAsync(bench);
    }

    [Theory]
    [InlineData("memory")]
    [InlineData("sqlite")]
    public async Task Who_died_while_it_committed_holds_nobody_up_and_appends_to_what_came_after(string engine)
    {
        const string Increment = "BACKUP DATABASE shop INTO LATEST IN 'mem://depot'";
        var gate = new StoreGate();
        await using var bench = Prepare(engine, gate);
        await bench.RunAsync("BACKUP DATABASE shop INTO 'mem://depot'");
        bench.Advance(TimeSpan.FromSeconds(1));
        bench.Engine.Execute("shop", "INSERT INTO t VALUES (3, 'three');");
        gate.Close("write *BACKUP_MANIFEST");
        var job = (await bench.RunAsync(Increment + " WITH detached")).Rows.Value<long>(0, "job_id");
        await gate.ReachedAsync();
        await bench.CrashAsync();
        gate.Open();
        bench.Advance(TimeSpan.FromSeconds(1));
        Assert.Single(await bench.Stores.ListAsync("depot"), name => name.StartsWith("metadata/next/", StringComparison.Ordinal));

        // The place was claimed by a layer that is not committed: from now on it cannot be.
        await bench.RunAsync(Increment);
        Assert.Equal(3, (await ManifestsAsync(bench)).Count);
        bench.Engine.Execute("shop", "INSERT INTO t VALUES (4, 'four');");
        bench.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(job, Assert.Single((await bench.Host.AdoptJobsAsync()).Jobs).JobId);
        await bench.RunAsync($"SHOW JOB WHEN COMPLETE {job}");
        Assert.Equal("succeeded", (await StatusAsync(bench.Host, job)).Status);

        var manifests = await ManifestsAsync(bench);
        Assert.Equal(3, manifests.Count);
        foreach (var manifest in manifests)
            Assert.NotEqual(8, (await bench.Stores.ReadAsync("depot", manifest)).Length);
        var valid = (await bench.RunAsync("SHOW BACKUP VALIDATE FROM LATEST IN 'mem://depot'")).Rows;
        Assert.Equal("No problems found!", valid.Value<string>(0, "validation_status"));
        await CompareAsync(bench);
    }

    private static async Task<IReadOnlyList<string>> ManifestsAsync(Bench bench) =>
        [.. (await bench.Stores.ListAsync("depot")).Where(name => name.EndsWith("MANIFEST", StringComparison.Ordinal))];

    private static async Task<long> StartAsync(Bench bench) => (await bench.RunAsync(Full)).Rows.Value<long>(0, "job_id");

    private static async Task<(string Status, string? Running)> StatusAsync(BackupHost host, long job)
    {
        var result = await host.OpenSession().ExecuteAsync($"SHOW JOB {job}");
        var rows = await result.Rows.ToListAsync();
        var table = new Table([.. result.Columns.Select(column => column.Name)], rows);
        return (table.Value<string>(0, "status"), table.Value<string?>(0, "running_status"));
    }

    private static async Task CompareAsync(Bench bench)
    {
        await bench.RunAsync("RESTORE DATABASE shop FROM LATEST IN 'mem://depot' WITH new_db_name = 'again'");
        Assert.Equal(bench.Engine.Dump("shop"), bench.Engine.Dump("again"));
        Assert.Empty(bench.Leftovers());
    }

    private static Bench Prepare(string engine, StoreGate gate)
    {
        var bench = new Bench(new BenchSetup
        {
            Engines = engine,
            Wrap = provider => new GateStoreProvider(provider, gate),
            Clock = new ManualTimeProvider(),
        });
        bench.Engine.Execute("shop", "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT); INSERT INTO t VALUES (1, 'one'), (2, 'two');");
        bench.Advance(TimeSpan.FromSeconds(1));
        return bench;
    }
}
