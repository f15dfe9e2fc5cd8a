using Backup.Sql.Diagnostics;
using Backup.Sql.Execution;
using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.Sessions;

namespace Backup.Sql.Scenarios;

public sealed class SessionTests
{
    private const string Collection = "mem://depot";
    private const string Increment = $"BACKUP DATABASE shop INTO LATEST IN '{Collection}'";

    [Fact]
    public async Task A_script_runs_until_its_first_error()
    {
        await using var bench = new Bench();
        bench.Engine.Execute("shop", "CREATE TABLE t (a)");
        var tags = new List<string>();
        var failure = await Assert.ThrowsAsync<BackupSqlException>(async () =>
        {
            const string Script = $"""
                -- The first two are done, the third fails, the fourth never runs.
                BACKUP DATABASE shop INTO '{Collection}'; {Increment};
                BACKUP DATABASE shopp INTO '{Collection}';
                BACKUP DATABASE shop INTO 'mem://other';
                """;
            await foreach (var result in bench.Session.ExecuteScriptAsync(Script))
                tags.Add(result.Tag);
        });
        Assert.Equal(["BACKUP", "BACKUP"], tags);
        Assert.Equal((SqlStates.UndefinedDatabase, 3), (failure.SqlState, failure.Line));
        Assert.Contains("shopp", failure.Detail, StringComparison.Ordinal);
        Assert.Empty(await bench.Stores.ListAsync("other"));
    }

    [Fact]
    public async Task A_syntax_error_anywhere_in_a_script_is_found_before_the_first_statement_runs()
    {
        await using var bench = new Bench();
        bench.Engine.Execute("shop", "CREATE TABLE t (a)");
        var script = bench.Session.ExecuteScriptAsync($"BACKUP DATABASE shop INTO '{Collection}'; BACKUP DATABASE INTO;");
        await Assert.ThrowsAsync<BackupSqlException>(async () => await script.ToListAsync());
        Assert.Empty(await bench.Stores.ListAsync("depot"));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("memory")]
    public async Task Several_sessions_append_to_one_chain_and_it_stays_whole(string engine)
    {
        await using var bench = new Bench(new BenchSetup { Engines = engine });
        bench.Engine.Execute("shop", "CREATE TABLE t (a INTEGER PRIMARY KEY); INSERT INTO t VALUES (1);");
        await bench.RunAsync($"BACKUP DATABASE shop INTO '{Collection}'");
        var succeeded = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 4; i++)
            {
                try
                {
                    await bench.Host.OpenSession().ExecuteAsync(Increment);
                    Interlocked.Increment(ref succeeded);
                }
                catch (BackupSqlException failure)
                {
                    // Who plans in vain three times is told to try again; so is who would end before the chain does.
                    Assert.Contains(failure.SqlState, new[] { SqlStates.ObjectInUse, SqlStates.TimeOutOfRange });
                }
            }
        })));
        var answer = await bench.RunAsync($"SHOW BACKUP FROM LATEST IN '{Collection}' WITH as_json");
        Assert.Equal(1 + succeeded, answer.Rows.Rows.Count);
        Assert.InRange(succeeded, 4, 16);
        await bench.RunAsync($"RESTORE DATABASE shop FROM LATEST IN '{Collection}' WITH new_db_name = 'again'");
        Assert.Equal(bench.Engine.Dump("shop"), bench.Engine.Dump("again"));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("memory")]
    public async Task Full_backups_of_one_moment_get_directories_of_their_own(string engine)
    {
        await using var bench = new Bench(new BenchSetup { Engines = engine });
        bench.Engine.Execute("shop", "CREATE TABLE t (a INTEGER PRIMARY KEY); INSERT INTO t VALUES (1);");
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(
            () => bench.Host.OpenSession().ExecuteAsync($"BACKUP DATABASE shop INTO '{Collection}'"))));
        var answer = await bench.RunAsync($"SHOW BACKUPS IN '{Collection}'");
        Assert.Equal(6, answer.Rows.Rows.Select(row => row[0]).Distinct().Count());
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("memory")]
    public async Task Of_two_restores_to_one_name_one_wins(string engine)
    {
        await using var bench = new Bench(new BenchSetup { Engines = engine });
        bench.Engine.Execute("shop", "CREATE TABLE t (a INTEGER PRIMARY KEY); INSERT INTO t VALUES (1);");
        await bench.RunAsync($"BACKUP DATABASE shop INTO '{Collection}'");
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            try
            {
                await bench.Host.OpenSession().ExecuteAsync(
                    $"RESTORE DATABASE shop FROM LATEST IN '{Collection}' WITH new_db_name = 'again'");
                return "done";
            }
            catch (BackupSqlException failure)
            {
                return failure.SqlState;
            }
        })));
        Assert.Single(outcomes, "done");
        Assert.Equal(3, outcomes.Count(outcome => outcome == SqlStates.DuplicateDatabase));
        Assert.Equal(bench.Engine.Dump("shop"), bench.Engine.Dump("again"));
        Assert.Empty(bench.Leftovers());
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("memory")]
    public async Task Progress_goes_forward_to_the_end(string engine)
    {
        await using var bench = new Bench(new BenchSetup { Engines = engine });
        bench.Engine.Execute("shop", "CREATE TABLE t (a INTEGER PRIMARY KEY); INSERT INTO t VALUES (1), (2), (3);");
        foreach (var statement in new[]
        {
            $"BACKUP DATABASE shop INTO '{Collection}'",
            Increment,
            $"RESTORE DATABASE shop FROM LATEST IN '{Collection}' WITH new_db_name = 'again'",
        })
        {
            var heard = new Heard();
            await bench.Host.OpenSession(new SessionOptions { Progress = heard }).ExecuteAsync(statement);
            var reports = heard.Reports;
            Assert.NotEmpty(reports);
            Assert.Equal(reports.Select(r => r.Fraction).Order(), reports.Select(r => r.Fraction));
            Assert.Equal(1, reports[^1].Fraction);
            Assert.All(reports, report => Assert.InRange(report.BytesDone, 0, Math.Max(report.BytesTotal, report.BytesDone)));
            Assert.Single(reports.Select(report => report.JobId).Distinct());
        }
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("memory")]
    public async Task A_host_that_ends_takes_its_running_jobs_along_and_leaves_nothing(string engine)
    {
        var gate = new StoreGate();
        await using var bench = new Bench(new BenchSetup
        {
            Engines = engine,
            Wrap = provider => new GateStoreProvider(provider, gate),
        });
        bench.Engine.Execute("shop", "CREATE TABLE t (a INTEGER PRIMARY KEY); INSERT INTO t VALUES (1);");
        gate.Close("BACKUP_MANIFEST");
        await bench.RunAsync($"BACKUP DATABASE shop INTO '{Collection}' WITH detached");
        await gate.ReachedAsync();
        await bench.ReopenAsync();
        gate.Open();
        Assert.Empty(await bench.Stores.ListAsync("depot"));
        Assert.Empty(bench.Leftovers());
        await bench.RunAsync($"BACKUP DATABASE shop INTO '{Collection}'");
    }

    private sealed class Heard : IProgress<JobProgress>
    {
        private readonly List<JobProgress> _reports = [];

        public IReadOnlyList<JobProgress> Reports
        {
            get
            {
                lock (_reports)
                    return [.. _reports];
            }
        }

        public void Report(JobProgress value)
        {
            lock (_reports)
                _reports.Add(value);
        }
    }
}
