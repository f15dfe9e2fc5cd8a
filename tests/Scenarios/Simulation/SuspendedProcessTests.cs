using System.Diagnostics;
using System.Globalization;
using Backup.Sql.Diagnostics;
using Backup.Sql.Execution.Jobs;
using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.Sessions;

namespace Backup.Sql.Scenarios.Simulation;

/// <summary>
/// A process stands still in the middle of a job, as a machine does that swaps or moves; its lease runs out, another one
/// adopts the job and ends it; then the first one goes on where it stood. Whatever the moment, it does no harm.
/// </summary>
public sealed class SuspendedProcessTests : IDisposable
{
    private const int Rounds = 6;

    private readonly TemporaryDirectory _directory = new();
    private int _adopted;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public Task Woken_up_it_neither_commits_nor_publishes_what_another_has_ended() => Seeds.RunAsync(1, async seed =>
    {
        var random = new Random(seed);
        var root = KilledProcess.MakeWorld(_directory.Below("world"));
        var shop = Path.Combine(root, "databases", "shop.db");
        SqliteConnection.Run(
            shop,
            "PRAGMA journal_mode = WAL; CREATE TABLE goods (id INTEGER PRIMARY KEY, name TEXT);"
            + "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
            + " INSERT INTO goods SELECT i, 'number ' || (i * 7919) || ' of many ' || (i * 104729) FROM n;");
        for (var round = 1; round <= Rounds; round++)
        {
            SqliteConnection.Run(shop, $"UPDATE goods SET name = 'changed {random.Next()}' WHERE id % {random.Next(5, 50)} = 0;");
            var layers = Manifests(root);
            var full = round == 1 || random.Next(3) == 0;
            await SuspendAsync(
                root, (3 * round) - 1, $"BACKUP DATABASE shop INTO {(full ? "" : "LATEST IN ")}'nodelocal://1/depot'", random);
            Assert.Equal(layers + 1, Manifests(root));

            var copy = $"copy{round}";
            await SuspendAsync(
                root, 3 * round, $"RESTORE DATABASE shop FROM LATEST IN 'nodelocal://1/depot' WITH new_db_name = '{copy}'", random);
            var path = Path.Combine(root, "databases", copy + ".db");
            Assert.Equal(SqliteDump.Of(shop), SqliteDump.Of(path));
            File.Delete(path);
            await using var host = KilledProcess.Open(root, (3 * round) + 1);
            var valid = await KilledProcess.RowAsync(host, "SHOW BACKUP VALIDATE FROM LATEST IN 'nodelocal://1/depot'");
            Assert.Equal("No problems found!", valid!["validation_status"]);
            // Its last checkpoint may come late: a hint, which goes with its layer.
            Assert.Equal("", string.Join('\n', KilledProcess.Leftovers(root).Where(path => !path.Contains("/progress/", StringComparison.Ordinal))));
        }

        Assert.True(_adopted >= Rounds / 2, $"Only {_adopted} jobs were adopted.");
        Figures.Print($"suspend: {2 * Rounds} jobs whose process stood still, {_adopted} ended by another meanwhile, lost 0");
    });

    private async Task SuspendAsync(string root, int minutes, string statement, Random random)
    {
        using var child = ChildProgram.Start(
            "run", root, minutes.ToString(CultureInfo.InvariantCulture), "databases", "never", statement);
        Assert.Equal("begins", await child.StandardOutput.ReadLineAsync());
        await using var other = KilledProcess.Open(root, minutes + 1);
        while (!child.HasExited && !(await other.Jobs.ListAsync(CancellationToken.None)).Any(job => !job.State.IsFinal()))
            await Task.Delay(1);
        await Task.Delay(random.Next(150));
        await SignalAsync(child, "STOP");
        try
        {
            await EndAsync(other);
        }
        catch (BackupSqlException error) when (error.SqlState == SqlStates.LockNotAvailable)
        {
            // It stands in a transaction of the file that both share: nobody can take anything from it.
        }

        await SignalAsync(child, "CONT");
        await child.WaitForExitAsync();
    }

    private async Task EndAsync(BackupHost other)
    {
        foreach (var job in (await other.AdoptJobsAsync()).Jobs)
        {
            var ended = await KilledProcess.RowAsync(other, $"SHOW JOB WHEN COMPLETE {job.JobId}");
            Assert.Equal(("succeeded", null), ((string)ended!["status"]!, (string?)ended["error"]));
            _adopted++;
        }
    }

    private static async Task SignalAsync(Process process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    private static int Manifests(string root) =>
        Directory.GetFiles(Path.Combine(root, "stores"), "BACKUP_MANIFEST", SearchOption.AllDirectories).Length;
}
