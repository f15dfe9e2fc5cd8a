using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.State;
using Xunit.Abstractions;

namespace Backup.Sql.Postgres.Tests.State;

/// <summary>Processes that share their jobs through a server, some of which are killed, and sometimes the server.</summary>
public sealed class SharedJobsTests(ITestOutputHelper output) : IDisposable
{
    private const int Kills = 4;
    private const string Depot = "'nodelocal://1/depot'";

    private readonly string _root = StateJobs.MakeWorld(Directory.CreateTempSubdirectory("backupsql-jobs-").FullName);

    private string Shop => Path.Combine(_root, "databases", "shop.db");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task The_job_of_a_process_that_is_killed_is_finished_by_another()
    {
        if (!TestServer.IsInstalled(output))
            return;
        var test = await TestServer.GetAsync();
        var database = await test.CreateDatabaseAsync("jobs");
        var connectionString = $"{test.ConnectionString};Database={database}";
        var random = new Random(1);
        Fill();
        var adopted = 0;
        for (var round = 1; round <= Kills; round++)
        {
            SqliteConnection.Run(Shop, $"UPDATE goods SET name = 'round {round}' WHERE id % 13 = {round};");
            var statement = $"BACKUP DATABASE shop INTO {(round == 1 ? "" : "LATEST IN ")}{Depot}";
            using (var child = ChildProgram.Start("job", _root, connectionString, $"{60 * round}", statement))
            {
                Assert.Equal("begins", await child.StandardOutput.ReadLineAsync());
                await StateJobs.KillAsync(child, _root, StateJobs.Objects(_root) + random.Next(1, 40));
            }

            await using var host = StateJobs.Open(_root, PostgresStateStore.Open(connectionString), (60 * round) + 30);
            foreach (var job in (await host.AdoptJobsAsync()).Jobs)
            {
                adopted++;
                var ended = await StateJobs.RowAsync(host, $"SHOW JOB WHEN COMPLETE {job.JobId}");
                Assert.Equal(("succeeded", null), ((string)ended["status"]!, (string?)ended["error"]));
            }

            // A process that was killed before it had a job, or after it had ended it, has left nothing to do.
            await host.OpenSession().ExecuteAsync(statement);
            await CheckAsync(host, $"copy{round}");
        }

        Assert.True(adopted > 0, "No process was killed while it had a job.");
        output.WriteLine($"{Kills} kills, {adopted} jobs adopted");
    }

    [Fact]
    public async Task A_job_does_not_notice_that_the_server_of_its_state_is_killed()
    {
        if (!TestServer.IsInstalled(output))
            return;
        var server = await TestServer.StartAsync();
        try
        {
            Fill();
            await using var host = StateJobs.Open(_root, OpenPatiently(server), 0);
            var running = host.OpenSession().ExecuteAsync($"BACKUP DATABASE shop INTO {Depot}");
            while (StateJobs.Objects(_root) < 10 && !running.IsCompleted)
                await Task.Delay(1);
            await server.KillAsync();
            await Task.Delay(500);
            await server.RestartAsync();
            await running;
            Assert.Equal("succeeded", (await StateJobs.RowAsync(host, "SHOW JOBS"))["status"]);
            await CheckAsync(host, "copy");
        }
        finally
        {
            await server.StopAsync();
        }
    }

    [Fact]
    public async Task A_server_that_is_killed_again_and_again_loses_and_doubles_no_change()
    {
        if (!TestServer.IsInstalled(output))
            return;
        const int times = 150;
        var server = await TestServer.StartAsync();
        try
        {
            var stores = Enumerable.Range(0, 3).Select(_ => OpenPatiently(server)).ToList();
            foreach (var store in stores)
                await store.TryCommitAsync([new StateChange("first", "1", 0, new byte[1])]);
            var counting = Task.WhenAll(stores.SelectMany((store, i) => new[] { "shared", $"{i}" }.Select(
                key => StateWriters.CountAsync(store, key, times))));
            var kills = 0;
            while (!counting.IsCompleted && kills < 4)
            {
                await Task.Delay(300);
                await server.KillAsync();
                await server.RestartAsync();
                kills++;
            }

            await counting;
            foreach (var (key, writers) in new[] { ("shared", 3), ("0", 1), ("1", 1), ("2", 1) })
            {
                var entry = (await stores[0].GetAsync("counter", key))!;
                Assert.Equal((writers * times, writers * times), (StateWriters.NumberIn(entry), (int)entry.Version));
            }

            output.WriteLine($"{kills} kills of the server, {6 * times} changes, none lost, none doubled");
            foreach (var store in stores)
                await store.DisposeAsync();
        }
        finally
        {
            await server.StopAsync();
        }
    }

    /// <summary>A busy machine may take its time to start a server.</summary>
    private static PostgresStateStore OpenPatiently(TestServer server) =>
        PostgresStateStore.Open(server.ConnectionString, PostgresStateStore.DefaultSchema, TimeSpan.FromMinutes(5));

    private async Task CheckAsync(Sessions.BackupHost host, string copy)
    {
        var valid = await StateJobs.RowAsync(host, $"SHOW BACKUP VALIDATE FROM LATEST IN {Depot}");
        Assert.Equal("No problems found!", valid["validation_status"]);
        await host.OpenSession().ExecuteAsync($"RESTORE DATABASE shop FROM LATEST IN {Depot} WITH new_db_name = '{copy}'");
        Assert.Equal(SqliteDump.Of(Shop), SqliteDump.Of(Path.Combine(_root, "databases", copy + ".db")));
    }

    private void Fill() => SqliteConnection.Run(
        Shop,
        "PRAGMA journal_mode = WAL; CREATE TABLE goods (id INTEGER PRIMARY KEY, name TEXT);"
        + "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
        + " INSERT INTO goods SELECT i, 'number ' || (i * 7919) || ' of many ' || (i * 104729) FROM n;");
}
