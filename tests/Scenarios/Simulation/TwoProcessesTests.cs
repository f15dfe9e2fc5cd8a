using System.Diagnostics;
using Backup.Sql.Scenarios.Fixture;

namespace Backup.Sql.Scenarios.Simulation;

/// <summary>
/// Two processes on one state file, one collection and one database, which are told to do the same at the same moment.
/// </summary>
public sealed class TwoProcessesTests : IDisposable
{
    private const int Appends = 20;
    private const int Turns = 5;
    private const string Depot = "'nodelocal://1/depot'";

    private readonly TemporaryDirectory _directory = new();
    private readonly List<Process> _processes = [];

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }

        _directory.Dispose();
    }

    [Fact]
    public async Task Two_that_append_to_one_chain_at_once_both_land_or_one_is_refused()
    {
        var root = KilledProcess.MakeWorld(_directory.Below("world"));
        var shop = Path.Combine(root, "databases", "shop.db");
        Fill(shop);
        await using (var host = KilledProcess.Open(root, 0))
            await host.OpenSession().ExecuteAsync($"BACKUP DATABASE shop INTO {Depot}");
        await StartAsync(root, 10, 2);
        var (layers, landed, refused) = (1, 0, 0);
        for (var round = 0; round < Appends; round++)
        {
            SqliteConnection.Run(shop, $"UPDATE goods SET name = 'round {round}' WHERE id % 7 = {round % 7};");
            var answers = await AskAsync($"BACKUP DATABASE shop INTO LATEST IN {Depot}");
            var succeeded = answers.Count(answer => answer == "ok");
            Assert.All(answers.Where(answer => answer != "ok"), answer => Assert.StartsWith("error 55006 ", answer, StringComparison.Ordinal));
            Assert.True(succeeded > 0, string.Join('\n', answers));
            (layers, landed, refused) = (layers + succeeded, landed + succeeded, refused + answers.Count - succeeded);
            await using var host = KilledProcess.Open(root, 10);
            var shown = await (await host.OpenSession().ExecuteAsync($"SHOW BACKUP FROM LATEST IN {Depot}")).Rows.ToListAsync();
            Assert.Equal(layers, shown.Select(row => row[6]).Distinct().Count());
        }

        await using var last = KilledProcess.Open(root, 11);
        var valid = await KilledProcess.RowAsync(last, $"SHOW BACKUP VALIDATE FROM LATEST IN {Depot}");
        Assert.Equal("No problems found!", valid!["validation_status"]);
        await last.OpenSession().ExecuteAsync($"RESTORE DATABASE shop FROM LATEST IN {Depot} WITH new_db_name = 'copy'");
        Assert.Equal(SqliteDump.Of(shop), SqliteDump.Of(Path.Combine(root, "databases", "copy.db")));
        Assert.Empty(KilledProcess.Leftovers(root));
        Figures.Print($"two processes: {2 * Appends} appends to one chain, two at a time: {landed} landed, {refused} refused, lost 0");
    }

    [Fact]
    public async Task Of_two_one_runs_what_is_due_and_one_adopts_what_was_left()
    {
        var root = KilledProcess.MakeWorld(_directory.Below("world"));
        Fill(Path.Combine(root, "databases", "shop.db"));
        for (var turn = 0; turn < Turns; turn++)
        {
            // Left by a process that died before it could say that it was done.
            using (var child = ChildProgram.Start("run", root, $"{turn}", "databases", "before", $"BACKUP DATABASE shop INTO {Depot}"))
                await child.WaitForExitAsync();
        }

        await StartAsync(root, 20, 2);
        var adopted = await AskAsync("adopt");
        Assert.Equal(Turns, adopted.Sum(answer => int.Parse(answer["adopted ".Length..], null)));
        await using (var watching = KilledProcess.Open(root, 20))
        {
            foreach (var job in await watching.Jobs.ListAsync(default))
                await KilledProcess.RowAsync(watching, $"SHOW JOB WHEN COMPLETE {job.Id}");
        }

        for (var turn = 0; turn < Turns; turn++)
        {
            await using var host = KilledProcess.Open(root, 20);
            await host.OpenSession().ExecuteAsync(
                $"CREATE SCHEDULE turn{turn} FOR BACKUP DATABASE shop INTO 'nodelocal://1/scheduled' RECURRING '@hourly' FULL BACKUP ALWAYS"
                + " WITH SCHEDULE OPTIONS first_run = 'now', ignore_existing_backups");
            var ran = await AskAsync("due");
            Assert.Equal(1, ran.Sum(answer => int.Parse(answer["ran ".Length..], null)));
        }

        await using var last = KilledProcess.Open(root, 20);
        var backups = await (await last.OpenSession().ExecuteAsync("SHOW BACKUPS IN 'nodelocal://1/scheduled'")).Rows.ToListAsync();
        Assert.Equal(Turns, backups.Count);
        var jobs = await last.Jobs.ListAsync(default);
        Assert.Equal(2 * Turns, jobs.Count);
        Assert.All(jobs, job => Assert.Equal(Execution.Jobs.JobState.Succeeded, job.State));
        Assert.Empty(KilledProcess.Leftovers(root));
    }

    private async Task StartAsync(string root, int minutes, int count)
    {
        for (var i = 0; i < count; i++)
            _processes.Add(ChildProgram.Start("serve", root, $"{minutes}"));
        foreach (var process in _processes)
            Assert.Equal("ready", await process.StandardOutput.ReadLineAsync());
    }

    /// <summary>Tells all the same, and waits for all their answers.</summary>
    private async Task<IReadOnlyList<string>> AskAsync(string line)
    {
        foreach (var process in _processes)
            process.StandardInput.WriteLine(line);
        var answers = new List<string>();
        foreach (var process in _processes)
            answers.Add(await process.StandardOutput.ReadLineAsync() ?? "dead");
        return answers;
    }

    private static void Fill(string path) => SqliteConnection.Run(
        path,
        "PRAGMA journal_mode = WAL; CREATE TABLE goods (id INTEGER PRIMARY KEY, name TEXT);"
        + "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)"
        + " INSERT INTO goods SELECT i, 'number ' || (i * 7919) || ' of many ' || (i * 104729) FROM n;");
}
