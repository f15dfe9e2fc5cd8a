using Backup.Sql.Repl.Commands;
using Backup.Sql.Repl.Output;
using Backup.Sql.Repl.Shell;

namespace Backup.Sql.Repl.Tests.Shell;

public sealed class ToolSessionTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("backupsql-session-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Schedules_run_while_the_session_is_open()
    {
        var database = Path.Combine(_directory, "shop.db");
        await File.WriteAllBytesAsync(database, []);
        var options = ConnectionOptions.Parse(
            [$"shop=sqlite:{database}"], directory: null, root: _directory, state: null);
        await using var session = await ToolSession.OpenAsync(options, CancellationToken.None);
        session.RunSchedules();
        await RunAsync(session, "CREATE TABLE till (id INTEGER PRIMARY KEY)");
        await RunAsync(
            session,
            "CREATE SCHEDULE 'soon' FOR BACKUP DATABASE shop INTO 'nodelocal://self/b' RECURRING '@daily' FULL BACKUP ALWAYS "
            + "WITH SCHEDULE OPTIONS first_run = 'now'");

        // It is started by another thread; when its job is there, its end can be waited for.
        List<IReadOnlyList<object?>> jobs = [];
        while (jobs.Count == 0)
        {
            await Task.Yield();
            jobs = await RunAsync(session, "SHOW JOBS");
        }

        Assert.Equal("succeeded", (await RunAsync(session, $"SHOW JOB WHEN COMPLETE {jobs[0][0]}")).Single()[5]);
        Assert.Single(await RunAsync(session, "SHOW BACKUPS IN 'nodelocal://self/b'"));
    }

    private static async Task<List<IReadOnlyList<object?>>> RunAsync(ToolSession session, string sql)
    {
        Answer answer = await session.ExecuteAsync(sql, new Progress<Execution.JobProgress>(), CancellationToken.None);
        return await answer.Rows.ToListAsync();
    }
}
