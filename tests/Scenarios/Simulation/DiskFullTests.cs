using Backup.Sql.Diagnostics;
using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.Sessions;

namespace Backup.Sql.Scenarios.Simulation;

/// <summary>
/// Disks that really run full, at many moments of a statement: it fails and says so, nothing can be seen of it, and when
/// there is room again the same statement succeeds.
/// </summary>
public sealed class DiskFullTests : IDisposable
{
    private const string Depot = "'nodelocal://1/depot'";
    private const string Restore = $"RESTORE DATABASE shop FROM LATEST IN {Depot} WITH new_db_name = 'copy'";
    private const string RestoreTable = $"RESTORE TABLE shop.goods FROM LATEST IN {Depot} WITH into_db = 'safe'";

    /// <summary>What is left on the disk, in bytes, from nothing to less than what any of the statements needs.</summary>
    private static readonly long[] Room = [0, 8 << 10, 40 << 10, 120 << 10, 320 << 10, 640 << 10];

    private readonly TemporaryDirectory _directory = new();
    private readonly string _root;

    public DiskFullTests()
    {
        _root = KilledProcess.MakeWorld(_directory.Below("world"));
    }

    public void Dispose() => _directory.Dispose();

    [FullDiskFact]
    public async Task A_store_without_room_holds_no_backup_or_a_whole_one()
    {
        using var disk = new FullDisk(Path.Combine(_root, "stores"), 8);
        Fill();
        await using var host = KilledProcess.Open(_root, 0);
        foreach (var left in Room)
        {
            disk.Fill(left);
            await RefusedAsync(host, $"BACKUP DATABASE shop INTO {Depot}");
        }

        disk.Empty();
        await host.OpenSession().ExecuteAsync($"BACKUP DATABASE shop INTO {Depot}");
        SqliteConnection.Run(PathOf("shop"), "UPDATE goods SET stuff = randomblob(3000);");
        foreach (var left in Room)
        {
            disk.Fill(left);
            await RefusedAsync(host, $"BACKUP DATABASE shop INTO LATEST IN {Depot}");
            Assert.Equal(1, await LayersAsync(host));
        }

        disk.Empty();
        await host.OpenSession().ExecuteAsync($"BACKUP DATABASE shop INTO LATEST IN {Depot}");
        Assert.Equal(2, await LayersAsync(host));
        await host.OpenSession().ExecuteAsync(Restore);
        Assert.Equal(SqliteDump.Of(PathOf("shop")), SqliteDump.Of(PathOf("copy")));
        Figures.Print($"disk full: store, {2 * Room.Length} statements refused with 53100, nothing left of them");
    }

    [FullDiskFact]
    public async Task Databases_without_room_stay_what_they_were()
    {
        using var disk = new FullDisk(Path.Combine(_root, "databases"), 12);
        Fill();
        await using var host = KilledProcess.Open(_root, 0);
        await host.OpenSession().ExecuteAsync($"BACKUP DATABASE shop INTO {Depot}");
        SqliteConnection.Run(PathOf("old"), "PRAGMA journal_mode = DELETE; CREATE TABLE t (b BLOB); INSERT INTO t VALUES (randomblob(1000000));");
        foreach (var left in Room)
        {
            disk.Fill(left);
            await RefusedAsync(host, Restore);
            await RefusedAsync(host, RestoreTable);
            await RefusedAsync(host, "BACKUP DATABASE old INTO 'nodelocal://1/old'"); // is copied aside first
            Assert.False(File.Exists(PathOf("copy")));
            disk.Empty(); // to look into a database takes room for its log
            Assert.Equal(0L, SqliteConnection.Scalar(PathOf("safe"), "SELECT count(*) FROM sqlite_master WHERE name = 'goods'"));
        }

        disk.Empty();
        await host.OpenSession().ExecuteAsync(Restore);
        await host.OpenSession().ExecuteAsync(RestoreTable);
        await host.OpenSession().ExecuteAsync("BACKUP DATABASE old INTO 'nodelocal://1/old'");
        Assert.Equal(SqliteDump.Of(PathOf("shop")), SqliteDump.Of(PathOf("copy")));
        Assert.Equal(SqliteDump.Of(PathOf("shop"), "goods"), SqliteDump.Of(PathOf("safe"), "goods"));
        Assert.Empty(KilledProcess.Leftovers(_root));
        Figures.Print($"disk full: databases, {3 * Room.Length} statements refused with 53100, nothing left of them");
    }

    [FullDiskFact]
    public async Task A_staging_area_without_room_is_left_empty()
    {
        using var disk = new FullDisk(Path.Combine(_root, "scratch"), 4);
        Fill();
        await using var host = KilledProcess.Open(_root, 0);
        await host.OpenSession().ExecuteAsync($"BACKUP DATABASE shop INTO {Depot}");
        foreach (var left in Room)
        {
            disk.Fill(left);
            await RefusedAsync(host, RestoreTable);
            Assert.Equal("filler", Path.GetFileName(Assert.Single(Directory.GetFileSystemEntries(Path.Combine(_root, "scratch")))));
        }

        disk.Empty();
        await host.OpenSession().ExecuteAsync(RestoreTable);
        Assert.Equal(SqliteDump.Of(PathOf("shop"), "goods"), SqliteDump.Of(PathOf("safe"), "goods"));
        Assert.Empty(KilledProcess.Leftovers(_root));
        Figures.Print($"disk full: staging area, {Room.Length} statements refused with 53100, nothing left of them");
    }

    /// <summary>
    /// A job whose record cannot be kept does not begin; one whose end cannot be recorded is found done when there is
    /// room again. What was acknowledged is there.
    /// </summary>
    [FullDiskFact]
    public async Task A_state_store_without_room_loses_no_job()
    {
        using var disk = new FullDisk(Path.Combine(_root, "state"), 4);
        Fill();
        var (acknowledged, refused) = (0, 0);
        for (var round = 0; round < 12; round++)
        {
            await using (var host = KilledProcess.Open(_root, 2 * round))
            {
                await host.OpenSession().ExecuteAsync("SHOW JOBS");
                disk.Fill(round * (40 << 10));
                try
                {
                    await host.OpenSession().ExecuteAsync($"BACKUP DATABASE shop INTO {Depot}");
                    acknowledged++;
                }
                catch (BackupSqlException error)
                {
                    Assert.Equal(SqlStates.DiskFull, error.SqlState);
                    Assert.NotNull(error.Hint);
                    refused++;
                }
            }

            disk.Empty();
            await using var next = KilledProcess.Open(_root, (2 * round) + 1);
            await next.AdoptJobsAsync();
            foreach (var job in await next.Jobs.ListAsync(default))
            {
                var ended = await KilledProcess.RowAsync(next, $"SHOW JOB WHEN COMPLETE {job.Id}");
                Assert.Contains((string)ended!["status"]!, new[] { "succeeded", "failed" });
            }

            Assert.Empty(KilledProcess.Leftovers(_root));
        }

        await using var last = KilledProcess.Open(_root, 30);
        await last.OpenSession().ExecuteAsync($"BACKUP DATABASE shop INTO {Depot}");
        var succeeded = (await last.Jobs.ListAsync(default)).Count(job => job.State == Execution.Jobs.JobState.Succeeded);
        var backups = await (await last.OpenSession().ExecuteAsync($"SHOW BACKUPS IN {Depot}")).Rows.ToListAsync();
        Assert.Equal(succeeded, backups.Count);
        Assert.True(succeeded > acknowledged);
        Assert.True(refused > 0);
        Figures.Print($"disk full: state store, {refused} statements refused with 53100, {acknowledged} acknowledged, lost 0");
    }

    private string PathOf(string database) => Path.Combine(_root, "databases", database + ".db");

    private void Fill()
    {
        SqliteConnection.Run(
            PathOf("shop"),
            "PRAGMA journal_mode = WAL; CREATE TABLE goods (id INTEGER PRIMARY KEY, stuff BLOB);"
            + "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)"
            + " INSERT INTO goods SELECT i, randomblob(3000) FROM n;");
        SqliteConnection.Run(PathOf("safe"), "PRAGMA journal_mode = WAL; CREATE TABLE empty_one (a INTEGER PRIMARY KEY);");
    }

    /// <summary>The disk is full, the error says so and what to do, and nothing lies about.</summary>
    private async Task RefusedAsync(BackupHost host, string statement)
    {
        var before = (await host.Jobs.ListAsync(default)).Select(job => job.Id).DefaultIfEmpty().Max();
        var error = await Assert.ThrowsAsync<BackupSqlException>(() => host.OpenSession().ExecuteAsync(statement));
        Assert.Equal((SqlStates.DiskFull, true), (error.SqlState, error.Hint is { Length: > 0 }));
        Assert.DoesNotContain(KilledProcess.Leftovers(_root), path => Path.GetFileName(path) != "filler");
        // What planning meets has no job yet.
        foreach (var job in (await host.Jobs.ListAsync(default)).Where(job => job.Id > before))
            Assert.Equal(Execution.Jobs.JobState.Failed, job.State);
    }

    private static async Task<int> LayersAsync(BackupHost host)
    {
        var shown = await (await host.OpenSession().ExecuteAsync($"SHOW BACKUP FROM LATEST IN {Depot}")).Rows.ToListAsync();
        return shown.Select(row => row[6]).Distinct().Count();
    }
}
