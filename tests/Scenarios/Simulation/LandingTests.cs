using Backup.Sql.Diagnostics;
using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.State;
using Backup.Sql.TestKit.Simulation;

namespace Backup.Sql.Scenarios.Simulation;

/// <summary>
/// A job has done its work, and its record does not say so: the process died, or the state store failed, right there.
/// Whoever goes on finds it done, exactly once.
/// </summary>
public sealed class LandingTests
{
    private const string Succeeds = "\"state\":\"Succeeded\"";

    [Theory]
    [InlineData("memory", "RESTORE DATABASE one FROM LATEST IN 'mem://depot' WITH new_db_name = 'again'")]
    [InlineData("sqlite", "RESTORE DATABASE one FROM LATEST IN 'mem://depot' WITH new_db_name = 'again'")]
    [InlineData("memory", "RESTORE DATABASE two, three FROM LATEST IN 'mem://depot'")]
    [InlineData("sqlite", "RESTORE DATABASE two, three FROM LATEST IN 'mem://depot'")]
    [InlineData("memory", "RESTORE TABLE one.t FROM LATEST IN 'mem://depot' WITH into_db = 'four'")]
    [InlineData("sqlite", "RESTORE TABLE one.t FROM LATEST IN 'mem://depot' WITH into_db = 'four'")]
    [InlineData("sqlite", "RESTORE SYSTEM USERS FROM LATEST IN 'mem://depot'")]
    [InlineData("sqlite", "BACKUP DATABASE one INTO 'mem://other'")]
    public async Task Killed_before_the_record_says_so_it_is_found_done_and_not_done_again(string engine, string statement)
    {
        var state = new FailingState(new MemoryStateStore());
        await using var bench = await PrepareAsync(engine, state);
        state.DieBefore(Succeeds);
        await Assert.ThrowsAsync<BackupSqlException>(() => bench.RunAsync(statement));
        Assert.Equal(1, state.Failures);
        state.Revive();
        await bench.CrashAsync();

        // Somebody works with what is there already: a second restore would lose it, or be refused.
        var restored = statement.Contains("again", StringComparison.Ordinal) ? "again"
            : statement.Contains("four", StringComparison.Ordinal) ? "four"
            : statement.Contains("two", StringComparison.Ordinal) ? "two" : "one";
        bench.Engine.Execute(restored, "INSERT INTO t VALUES (100, 'since');");
        var rows = bench.Engine.Query(restored, "SELECT * FROM t").Rows.Count;
        bench.Advance(TimeSpan.FromSeconds(31));
        var job = Assert.Single((await bench.Host.AdoptJobsAsync()).Jobs).JobId;
        var done = (await bench.RunAsync($"SHOW JOB WHEN COMPLETE {job}")).Rows;
        Assert.Equal(("succeeded", null), (done.Value<string>(0, "status"), done.Value<string?>(0, "error")));
        Assert.Equal(rows, bench.Engine.Query(restored, "SELECT * FROM t").Rows.Count);
        Assert.Empty(bench.Leftovers());
        if (statement.StartsWith("BACKUP", StringComparison.Ordinal))
            Assert.Single(await Layers.ListChainsAsync(bench, "mem://other"));
        if (statement.Contains("USERS", StringComparison.Ordinal))
            Assert.NotNull(await state.GetAsync("user", "anna"));
        Assert.Null((await bench.Host.Jobs.FindAsync(job, default))!.Landing);
    }

    [Theory]
    [InlineData("memory")]
    [InlineData("sqlite")]
    public async Task Cancelled_after_it_landed_it_has_succeeded_all_the_same(string engine)
    {
        var state = new FailingState(new MemoryStateStore());
        await using var bench = await PrepareAsync(engine, state);
        state.DieBefore(Succeeds);
        await Assert.ThrowsAsync<BackupSqlException>(() => bench.RunAsync("RESTORE DATABASE two, three FROM LATEST IN 'mem://depot'"));
        state.Revive();
        await bench.CrashAsync();
        var job = (await bench.Host.Jobs.ListAsync(default)).Max(job => job.Id);
        await bench.RunAsync($"CANCEL JOB {job}");
        bench.Advance(TimeSpan.FromSeconds(31));
        await bench.Host.AdoptJobsAsync();
        Assert.Equal("succeeded", (await bench.RunAsync($"SHOW JOB {job}")).Rows.Value<string>(0, "status"));
        Assert.Empty(bench.Leftovers());
        Assert.Contains("two", bench.Engine.Databases);
    }

    [Theory]
    [InlineData("memory", "RESTORE DATABASE one FROM LATEST IN 'mem://depot' WITH new_db_name = 'again'")]
    [InlineData("sqlite", "RESTORE DATABASE one FROM LATEST IN 'mem://depot' WITH new_db_name = 'again'")]
    [InlineData("sqlite", "BACKUP DATABASE one INTO 'mem://other'")]
    public async Task A_record_that_fails_once_takes_nothing_back(string engine, string statement)
    {
        var state = new FailingState(new MemoryStateStore());
        await using var bench = await PrepareAsync(engine, state);
        state.Fail(Succeeds, 1);
        Assert.Equal("succeeded", (await bench.RunAsync(statement)).Rows.Value<string>(0, "status"));
        Assert.Equal(1, state.Failures);

        state.Fail(Succeeds, 3);
        statement = statement.Replace("again", "again2", StringComparison.Ordinal);
        var failure = await Assert.ThrowsAsync<BackupSqlException>(() => bench.RunAsync(statement));
        Assert.Contains("has done its work", failure.Message, StringComparison.Ordinal);
        state.Revive();
        bench.Advance(TimeSpan.FromSeconds(31));
        var job = Assert.Single((await bench.Host.AdoptJobsAsync()).Jobs).JobId;
        Assert.Equal("succeeded", (await bench.RunAsync($"SHOW JOB WHEN COMPLETE {job}")).Rows.Value<string>(0, "status"));
        if (statement.StartsWith("RESTORE", StringComparison.Ordinal))
            Assert.Equal(bench.Engine.Dump("one"), bench.Engine.Dump("again2"));
        Assert.Empty(bench.Leftovers());
    }

    [Fact]
    public async Task Users_that_a_dead_restore_had_added_go_when_it_is_cancelled()
    {
        var state = new FailingState(new MemoryStateStore());
        await using var bench = await PrepareAsync("sqlite", state);
        state.DieBefore("\"landing\"");
        await Assert.ThrowsAsync<BackupSqlException>(() => bench.RunAsync("RESTORE SYSTEM USERS FROM LATEST IN 'mem://depot'"));
        state.Revive();
        await bench.CrashAsync();
        Assert.NotNull(await state.GetAsync("user", "anna"));
        var job = (await bench.Host.Jobs.ListAsync(default)).Max(job => job.Id);
        await bench.RunAsync($"CANCEL JOB {job}");
        bench.Advance(TimeSpan.FromSeconds(31));
        await bench.Host.AdoptJobsAsync();
        Assert.Equal("canceled", (await bench.RunAsync($"SHOW JOB {job}")).Rows.Value<string>(0, "status"));
        Assert.Null(await state.GetAsync("user", "anna"));
    }

    private static async Task<Bench> PrepareAsync(string engine, FailingState state)
    {
        var bench = new Bench(new BenchSetup { Engines = engine, Clock = new ManualTimeProvider(), State = state });
        const string Fill = "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT); INSERT INTO t VALUES (1, 'one'), (2, 'two');";
        foreach (var name in new[] { "one", "two", "three" })
            bench.Engine.Execute(name, Fill);
        bench.Engine.Execute("four", "CREATE TABLE empty_one (a INTEGER PRIMARY KEY);");
        await bench.Host.Roles.AddMemberAsync("clerks", "anna");
        bench.Advance(TimeSpan.FromSeconds(1));
        await bench.RunAsync("BACKUP INTO 'mem://depot'");
        foreach (var name in new[] { "two", "three" })
            bench.Engine.Drop(name);
        await state.TryCommitAsync([new StateChange("user", "anna", (await state.GetAsync("user", "anna"))!.Version, null)]);
        bench.Advance(TimeSpan.FromSeconds(1));
        return bench;
    }
}
