using System.Runtime.CompilerServices;
using Backup.Sql.Engines;
using Backup.Sql.Rows;
using Backup.Sql.Sqlite.Interop;
using Backup.Sql.Sqlite.Pages;

namespace Backup.Sql.Sqlite.Tests;

public sealed class PageSnapshotTests : IDisposable
{
    private const string Fill = """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
        INSERT INTO t(a, b) SELECT i * 7, hex(randomblob(40)) FROM n
        """;

    private readonly Cluster _cluster = new();

    public void Dispose() => _cluster.Dispose();

    [Theory]
    [InlineData(512, "UTF-8", 0, "wal")]
    [InlineData(1024, "UTF-16le", 1, "wal")]
    [InlineData(4096, "UTF-16be", 2, "wal")]
    [InlineData(8192, "UTF-8", 2, "wal")]
    [InlineData(65536, "UTF-8", 0, "wal")]
    [InlineData(512, "UTF-16be", 1, "delete")]
    [InlineData(4096, "UTF-8", 0, "delete")]
    [InlineData(4096, "UTF-8", 2, "truncate")]
    [InlineData(65536, "UTF-16le", 0, "persist")]
    public async Task Every_page_size_encoding_and_vacuum_mode_comes_back_byte_for_byte(
        int pageSize, string encoding, int autoVacuum, string journalMode)
    {
        Make("shop", pageSize, encoding, autoVacuum, journalMode);

        await _cluster.CopyPagesAsync("shop", "copy");

        Assert.Equal(File.ReadAllBytes(_cluster.PathOf("shop")), File.ReadAllBytes(_cluster.PathOf("copy")));
        _cluster.AssertSound("copy");
        Assert.Equal(_cluster.Dump("shop", "t"), _cluster.Dump("copy", "t"));
    }

    [Fact]
    public async Task Pages_that_lie_in_the_log_alone_are_exported()
    {
        using var writer = _cluster.Connect("shop");
        writer.Execute("PRAGMA journal_mode=WAL");
        writer.Execute("PRAGMA wal_autocheckpoint=0");
        writer.Execute("CREATE TABLE t(a, b)");
        writer.Execute(Fill);
        Assert.True(new FileInfo(_cluster.PathOf("shop")).Length < 8192, "Nothing but the log holds the rows.");

        await _cluster.CopyPagesAsync("shop", "copy");

        _cluster.AssertSound("copy");
        Assert.Equal(Cluster.Query(writer, "SELECT rowid, * FROM t"), _cluster.Dump("copy", "t"));
    }

    [Fact]
    public async Task An_idle_database_in_wal_mode_is_read_from_its_file()
    {
        Make("shop", 4096, "UTF-8", 0, "wal");
        Assert.False(File.Exists(_cluster.PathOf("shop") + "-wal"));

        using var leader = _cluster.Connect("shop");
        leader.Execute("BEGIN");
        leader.Execute("SELECT 1 FROM sqlite_master");
        Assert.Null(Snapshot.TryGet(leader));
        leader.Execute("COMMIT");
        await _cluster.CopyPagesAsync("shop", "copy");

        _cluster.AssertSound("copy");
        Assert.Equal(_cluster.Dump("shop", "t"), _cluster.Dump("copy", "t"));
    }

    [Fact]
    public async Task What_writers_do_after_the_snapshot_is_not_in_it()
    {
        Make("shop", 4096, "UTF-8", 0, "wal");
        var before = _cluster.Dump("shop", "t");
        var rows = before.Count;
        await using (var snapshot = await _cluster.SnapshotAsync("shop"))
        {
            _cluster.Run("shop", "UPDATE t SET b = 'changed'", Fill, "PRAGMA wal_checkpoint(PASSIVE)", "DELETE FROM t WHERE a < 9000");
            var (shape, pages) = await Cluster.ExportPagesAsync(snapshot, "shop");
            await _cluster.RestorePagesAsync(shape, pages, "copy");
            var statistics = await snapshot.Catalog.GetStatisticsAsync(
                (await snapshot.Catalog.GetObjectsAsync("shop")).OfType<Backup.Sql.Catalog.TableDescriptor>().Single());
            Assert.Equal(rows, statistics.Rows);
        }

        _cluster.AssertSound("copy");
        Assert.Equal(before, _cluster.Dump("copy", "t"));
    }

    [Fact]
    public async Task A_log_that_is_started_anew_under_the_reader_changes_nothing()
    {
        using var writer = _cluster.Connect("shop");
        writer.Execute("PRAGMA journal_mode=WAL");
        writer.Execute("CREATE TABLE t(a, b)");
        writer.Execute(Fill);
        var before = Cluster.Query(writer, "SELECT rowid, * FROM t");

        // Everything is in the database file and the log still full: the reader gets the lock that lets the log restart.
        writer.Execute("PRAGMA wal_checkpoint(PASSIVE)");
        await using (var snapshot = await _cluster.SnapshotAsync("shop"))
        {
            var first = await Cluster.ExportPagesAsync(snapshot, "shop", 64 * 1024);
            for (var i = 0; i < 20; i++)
                writer.Execute("UPDATE t SET b = hex(randomblob(40))");
            var second = await Cluster.ExportPagesAsync(snapshot, "shop", 64 * 1024);
            Assert.Equal(first.Pages.Select(page => page.Value), second.Pages.Select(page => page.Value));
            var table = (await snapshot.Catalog.GetObjectsAsync("shop")).OfType<Backup.Sql.Catalog.TableDescriptor>().Single();
            var rows = await Cluster.ExportAsync(snapshot, new TableSpace("shop", table.Id), 16 * 1024);
            Assert.Equal(before.Count, rows.Count);
            await _cluster.RestorePagesAsync(second.Shape, second.Pages, "copy");
        }

        _cluster.AssertSound("copy");
        Assert.Equal(before, _cluster.Dump("copy", "t"));
    }

    [Fact]
    public async Task A_database_that_grows_shrinks_and_is_vacuumed_is_the_file_of_each_moment()
    {
        Make("shop", 1024, "UTF-8", 0, "wal");
        string[][] steps =
        [
            [Fill, Fill],
            ["DELETE FROM t WHERE rowid % 3 > 0"],
            ["VACUUM"],
            ["CREATE INDEX t_a ON t(a)", Fill],
            ["DROP TABLE t", "CREATE TABLE t(a, b)"],
            ["VACUUM"],
        ];
        for (var i = 0; i < steps.Length; i++)
        {
            _cluster.Run("shop", steps[i]);
            await _cluster.CopyPagesAsync("shop", $"copy{i}");
            _cluster.AssertSound($"copy{i}");
            Assert.Equal(_cluster.Dump("shop", "t"), _cluster.Dump($"copy{i}", "t"));
        }
    }

    [Fact]
    public async Task While_money_moves_every_copy_is_sound_and_keeps_the_total()
    {
        const int accounts = 500;
        _cluster.Run(
            "bank",
            "PRAGMA journal_mode=WAL",
            "CREATE TABLE account(id INTEGER PRIMARY KEY, balance INTEGER, note TEXT)",
            $"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {accounts}) "
                + "INSERT INTO account SELECT i, 1000, hex(randomblob(100)) FROM n");
        using var stop = new CancellationTokenSource();
        var transfers = new StrongBox<int>();
        var writer = Task.Run(() => MoveMoney(accounts, transfers, stop.Token));
        var inLog = 0;

        // A slow machine gives the writer the rounds that it needs.
        for (var i = 0; i < 12 || (i < 500 && (Volatile.Read(ref transfers.Value) <= 50 || inLog == 0)); i++)
        {
            await using (var snapshot = await _cluster.SnapshotAsync("bank"))
            {
                var (shape, pages) = await Cluster.ExportPagesAsync(snapshot, "bank", 32 * 1024);
                inLog += PagesInLog(snapshot);
                await _cluster.RestorePagesAsync(shape, pages, $"copy{i}");
            }

            _cluster.AssertSound($"copy{i}");
            Assert.Equal($"I:{accounts * 1000}", _cluster.Single($"copy{i}", "SELECT sum(balance) FROM account"));
        }

        await stop.CancelAsync();
        await writer;
        Assert.True(transfers.Value > 50, "The writer hardly came to work.");
        Assert.True(inLog > 0, "No copy read a page from the log.");
    }

    [Fact]
    public async Task Several_databases_are_read_at_one_point()
    {
        foreach (var name in new[] { "a", "b", "c" })
            _cluster.Run(name, name == "b" ? "PRAGMA journal_mode=DELETE" : "PRAGMA journal_mode=WAL", "CREATE TABLE t(v)", "INSERT INTO t VALUES (0)");
        using var stop = new CancellationTokenSource();
        var writer = Task.Run(() => CountUp(["a", "b", "c"], stop.Token));
        var rounds = 0L;
        for (var i = 0; i < 15 || (rounds <= 5 && i < 500); i++)
        {
            await using var snapshot = await _cluster.SnapshotAsync("a", "b", "c");
            var values = new List<long>();
            foreach (var name in new[] { "a", "b", "c" })
            {
                var (shape, pages) = await Cluster.ExportPagesAsync(snapshot, name);
                await _cluster.RestorePagesAsync(shape, pages, $"{name}{i}");
                values.Add(long.Parse(_cluster.Single($"{name}{i}", "SELECT v FROM t")[2..]));
            }

            // The writer goes a, b, c, so that c is at most one behind a and never ahead.
            Assert.Equal(values.OrderDescending(), values);
            Assert.InRange(values[0] - values[2], 0, 1);
            rounds = values[0];
        }

        await stop.CancelAsync();
        await writer;
        Assert.True(rounds > 5, "The writer hardly came to work.");
    }

    [Fact]
    public async Task A_write_lock_that_is_never_freed_is_reported_as_busy()
    {
        _cluster.Run("a", "CREATE TABLE t(v)");
        _cluster.Run("b", "CREATE TABLE t(v)");
        using var writer = _cluster.Connect("b");
        writer.Execute("BEGIN IMMEDIATE");
        var engine = _cluster.Open(TimeSpan.FromMilliseconds(100));

        var error = await Cluster.RefusedAsync("55P03", () =>
            engine.OpenSnapshotAsync(new SnapshotRequest { Databases = ["a", "b"] }).AsTask());

        Assert.True(error.IsTransient);
        Assert.Contains("b", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rollback_journal_database_is_copied_and_its_writers_go_on()
    {
        Make("shop", 4096, "UTF-8", 0, "delete");
        var before = _cluster.Dump("shop", "t");
        await using (var snapshot = await _cluster.SnapshotAsync("shop"))
        {
            Assert.NotEmpty(Directory.GetDirectories(Path.Combine(_cluster.Directory, ".backupsql"), "scratch-*"));
            _cluster.Run("shop", "DELETE FROM t");
            var (shape, pages) = await Cluster.ExportPagesAsync(snapshot, "shop");
            await _cluster.RestorePagesAsync(shape, pages, "copy");
        }

        Assert.Equal(before, _cluster.Dump("copy", "t"));
        Assert.False(Directory.Exists(Path.Combine(_cluster.Directory, ".backupsql")), "The copy is still there.");
    }

    [Fact]
    public async Task An_empty_file_is_an_empty_database()
    {
        File.Create(_cluster.PathOf("empty")).Dispose();

        await _cluster.CopyPagesAsync("empty", "copy");

        Assert.Equal(0, new FileInfo(_cluster.PathOf("copy")).Length);
        Assert.Equal("I:0", _cluster.Single("copy", "SELECT count(*) FROM sqlite_master"));
    }

    [Fact]
    public async Task Any_range_of_keys_can_be_exported()
    {
        Make("shop", 4096, "UTF-8", 0, "wal");
        await using var snapshot = await _cluster.SnapshotAsync("shop");
        var collector = new RowCollector();

        await snapshot.ExportAsync(
            new PageSpace("shop"), new KeySpan(new byte[] { 0, 0, 0, 3 }, new byte[] { 0, 0, 0, 5, 1 }), ExportWindow.Full, collector);

        Assert.Equal([3, 4, 5], collector.Rows.Select(row => (int)PageNumbers.Read(row.Key)));
    }

    [Fact]
    public void The_page_of_the_locks_is_read_as_zeros()
    {
        var path = Path.Combine(_cluster.Directory, "sparse.bin");
        var lockPage = PageNumbers.LockPage(65536);
        using (var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write))
        {
            RandomAccess.SetLength(file, (lockPage + 2L) * 65536);
            RandomAccess.Write(file, new byte[] { 1 }, (lockPage - 2L) * 65536);
            RandomAccess.Write(file, new byte[] { 2 }, (lockPage - 1L) * 65536);
            RandomAccess.Write(file, new byte[] { 3 }, lockPage * 65536L);
        }

        using var reader = new FilePageReader(path, new PageGeometry(65536, lockPage + 2));
        var pages = new byte[3 * 65536];
        reader.Read(lockPage - 1, pages);

        Assert.Equal([1, 0, 3], [pages[0], pages[65536], pages[2 * 65536]]);
    }

    [Fact]
    public async Task Backing_up_loses_no_lock_of_the_process()
    {
        // Were any file of the database opened and closed beside SQLite, the process's POSIX locks would be gone, and the
        // other process below would get in.
        Make("shop", 4096, "UTF-8", 0, "delete");
        using var writer = _cluster.Connect("shop");
        writer.Execute("BEGIN IMMEDIATE");
        writer.Execute("INSERT INTO t(a) VALUES (1)");

        await _cluster.ExportPagesAsync("shop");
        await using (var catalog = await _cluster.Engine.OpenCatalogAsync(null))
            await catalog.GetObjectsAsync("shop");
        Assert.True(HasPosixLocks(_cluster.PathOf("shop")), "The process has lost its locks on the database.");

        writer.Execute("PRAGMA journal_mode");
        writer.Execute("COMMIT");
    }

    [Fact]
    public async Task Backing_up_a_logged_database_loses_no_lock_of_the_process()
    {
        Make("shop", 4096, "UTF-8", 0, "wal");
        using var reader = _cluster.Connect("shop");
        reader.Execute("BEGIN");
        reader.Execute("SELECT count(*) FROM t");

        await _cluster.ExportPagesAsync("shop");

        Assert.True(HasPosixLocks(_cluster.PathOf("shop")), "The process has lost its locks on the database.");
        reader.Execute("COMMIT");
    }

    [Fact]
    public void A_second_descriptor_would_lose_the_locks()
    {
        // Proves that the two tests above can fail.
        if (!File.Exists("/proc/locks"))
            return;
        Make("shop", 4096, "UTF-8", 0, "delete");
        using var writer = _cluster.Connect("shop");
        writer.Execute("BEGIN IMMEDIATE");
        Assert.True(HasPosixLocks(_cluster.PathOf("shop")));

        File.OpenHandle(_cluster.PathOf("shop"), share: FileShare.ReadWrite).Dispose();

        Assert.False(HasPosixLocks(_cluster.PathOf("shop")));
    }

    /// <summary>Asks the kernel, by the file's inode, whether this process holds record locks.</summary>
    private static bool HasPosixLocks(string path)
    {
        if (!File.Exists("/proc/locks"))
            return true;
        var inode = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("stat", ["-c", "%i", path])
        {
            RedirectStandardOutput = true,
        })!.StandardOutput.ReadToEnd().Trim();
        return File.ReadLines("/proc/locks").Any(line =>
            line.Contains("POSIX", StringComparison.Ordinal)
            && line.Contains($" {Environment.ProcessId} ", StringComparison.Ordinal)
            && line.Contains($":{inode} ", StringComparison.Ordinal));
    }

    private static int PagesInLog(IEngineSnapshot snapshot) => ((SqliteSnapshot)snapshot).PagesInLog;

    private void MoveMoney(int accounts, StrongBox<int> transfers, CancellationToken stop)
    {
        using var connection = _cluster.Connect("bank");
        connection.Execute("PRAGMA wal_autocheckpoint=50");
        connection.Execute("PRAGMA synchronous=OFF");
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var (from, to) = (i * 7 % accounts + 1, i * 13 % accounts + 1);
            connection.Execute("BEGIN IMMEDIATE");
            connection.Execute($"UPDATE account SET balance = balance - 5, note = hex(randomblob(100)) WHERE id = {from}");
            connection.Execute($"UPDATE account SET balance = balance + 5 WHERE id = {to}");
            connection.Execute("COMMIT");
            Volatile.Write(ref transfers.Value, i + 1);
        }
    }

    private void CountUp(string[] databases, CancellationToken stop)
    {
        var connections = databases.Select(_cluster.Connect).ToList();
        connections.ForEach(connection => connection.Execute("PRAGMA synchronous=OFF"));
        while (!stop.IsCancellationRequested)
        {
            foreach (var connection in connections)
                connection.Execute("UPDATE t SET v = v + 1");
        }

        connections.ForEach(connection => connection.Dispose());
    }

    private void Make(string database, int pageSize, string encoding, int autoVacuum, string journalMode) =>
        _cluster.Run(
            database,
            $"PRAGMA page_size={pageSize}",
            $"PRAGMA encoding='{encoding}'",
            $"PRAGMA auto_vacuum={autoVacuum}",
            $"PRAGMA journal_mode={journalMode}",
            "CREATE TABLE t(a, b)",
            "CREATE INDEX t_b ON t(b)",
            Fill,
            "DELETE FROM t WHERE a % 5 = 0");
}
