using System.Globalization;
using Backup.Sql.Collections;
using Backup.Sql.Collections.Format;
using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.Sessions;

namespace Backup.Sql.Scenarios.Simulation;

/// <summary>
/// A process is killed while its jobs run, again and again; the next one adopts them. Whatever the moment: what was
/// noted as finished is not written again, the backup is right, and nothing lies about.
/// </summary>
public sealed class KillTests : IDisposable
{
    private const int Rounds = 30;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public Task Killed_in_the_middle_a_backup_is_finished_by_the_next_process() => Seeds.RunAsync(1, async seed =>
    {
        var random = new Random(seed);
        var root = KilledProcess.MakeWorld(_directory.Below("world"));
        var shop = Path.Combine(root, "databases", "shop.db");
        Fill(shop);
        var (adopted, kept) = (0, 0);
        for (var round = 1; round <= Rounds; round++)
        {
            Change(shop, random);
            var full = round == 1 || random.Next(3) == 0;
            var statement = $"BACKUP DATABASE shop INTO {(full ? "" : "LATEST IN ")}'nodelocal://1/depot'";
            await KillAsync(root, 2 * round, statement, random);
            var noted = Noted(root);
            await using var host = KilledProcess.Open(root, 2 * round + 1);
            var adoption = await host.AdoptJobsAsync();
            foreach (var job in adoption.Jobs)
            {
                adopted++;
                var ended = await KilledProcess.RowAsync(host, $"SHOW JOB WHEN COMPLETE {job.JobId}");
                Assert.Equal(("succeeded", null), ((string)ended!["status"]!, (string?)ended["error"]));
            }

            // A process that was killed before it had a job has no backup to show.
            if (full && adoption.Jobs.Count == 0 && round == 1)
                await host.OpenSession().ExecuteAsync(statement);
            foreach (var (file, bytes) in noted)
            {
                kept++;
                Assert.Equal(bytes, await File.ReadAllBytesAsync(file));
            }

            await CheckAsync(host, root, round, adoption.Jobs.Count > 0);
        }

        Assert.True(adopted >= Rounds / 3, $"Only {adopted} jobs were adopted.");
        Assert.True(kept > Rounds, $"Only {kept} files were noted.");
        Figures.Print($"kill: {Rounds} backups of a quiet database, {adopted} adopted, {kept} finished files kept, lost 0");
    });

    // At some moment between the statement's begin and its end, told by how many objects it has put.
    private static async Task KillAsync(string root, int minutes, string statement, Random random)
    {
        using var child = ChildProgram.Start(
            "run", root, minutes.ToString(CultureInfo.InvariantCulture), "databases", "never", statement);
        Assert.Equal("begins", await child.StandardOutput.ReadLineAsync());
        var done = child.StandardOutput.ReadLineAsync();
        var enough = Objects(root) + random.Next(60);
        while (!done.IsCompleted && Objects(root) < enough)
            await Task.Delay(1);
        child.Kill();
        await child.WaitForExitAsync();
    }

    private static int Objects(string root) =>
        Directory.GetFiles(Path.Combine(root, "stores"), "*", SearchOption.AllDirectories).Length;

    private static async Task CheckAsync(BackupHost host, string root, int round, bool isNewest)
    {
        var valid = await KilledProcess.RowAsync(host, "SHOW BACKUP VALIDATE FROM LATEST IN 'nodelocal://1/depot'");
        Assert.Equal("No problems found!", valid!["validation_status"]);
        var copy = $"copy{round}";
        await host.OpenSession().ExecuteAsync($"RESTORE DATABASE shop FROM LATEST IN 'nodelocal://1/depot' WITH new_db_name = '{copy}'");
        var path = Path.Combine(root, "databases", copy + ".db");
        if (isNewest)
            Assert.Equal(SqliteDump.Of(Path.Combine(root, "databases", "shop.db")), SqliteDump.Of(path));
        File.Delete(path);

        Assert.Empty(KilledProcess.Leftovers(root));
    }

    /// <summary>The files that the newest checkpoint of each unfinished layer lists, with their bytes.</summary>
    private static List<(string File, byte[] Bytes)> Noted(string root)
    {
        var stores = Path.Combine(root, "stores");
        var newest = Directory.GetFiles(stores, "BACKUP-CHECKPOINT-*", SearchOption.AllDirectories)
            .GroupBy(file => Path.GetDirectoryName(Path.GetDirectoryName(file))!)
            .Where(group => !File.Exists(Path.Combine(group.Key, "BACKUP_MANIFEST")));
        var found = new List<(string, byte[])>();
        foreach (var layer in newest)
        {
            var checkpoint = CheckpointFile.Parse(File.ReadAllBytes(layer.Max()!), "checkpoint")!;
            found.AddRange(checkpoint.AllFiles().Select(file => Path.Combine(layer.Key, file.Name))
                .Select(file => (file, File.ReadAllBytes(file))));
        }

        return found;
    }

    private static void Fill(string path) => SqliteConnection.Run(
        path,
        "PRAGMA journal_mode = WAL; CREATE TABLE goods (id INTEGER PRIMARY KEY, name TEXT);"
        + "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
        + " INSERT INTO goods SELECT i, 'number ' || (i * 7919) || ' of many ' || (i * 104729) FROM n;");

    private static void Change(string path, Random random) => SqliteConnection.Run(
        path,
        $"UPDATE goods SET name = 'changed {random.Next()}' WHERE id % {random.Next(5, 50)} = 0;"
        + $"DELETE FROM goods WHERE id = {random.Next(20000)};");
}
