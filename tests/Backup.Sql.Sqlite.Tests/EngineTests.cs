using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Rows;

namespace Backup.Sql.Sqlite.Tests;

public sealed class EngineTests : IDisposable
{
    private readonly Cluster _cluster = new();

    public void Dispose() => _cluster.Dispose();

    [Fact]
    public void The_engine_says_what_it_is()
    {
        var info = _cluster.Engine.Info;

        Assert.Equal(("sqlite", "Backup.Sql.Sqlite"), (info.Kind, info.Package));
        Assert.Equal(
            EngineCapabilities.PageSpaces | EngineCapabilities.ZoneConfiguration | EngineCapabilities.ReplaceRows
                | EngineCapabilities.RestoreLedger,
            info.Capabilities);
        Assert.StartsWith("3.", info.Version, StringComparison.Ordinal);
    }

    [Fact]
    public void The_identity_of_a_cluster_lasts()
    {
        var first = _cluster.Engine.Info.ClusterId;
        _cluster.Reopen();

        Assert.Equal(first, _cluster.Engine.Info.ClusterId);
        Assert.Equal(32, first.Length);
        using var other = new Cluster();
        Assert.NotEqual(first, other.Engine.Info.ClusterId);
    }

    [Fact]
    public void A_damaged_identity_is_refused()
    {
        _ = _cluster.Engine.Info;
        File.WriteAllText(Path.Combine(_cluster.Directory, ".backupsql", "cluster-id"), "rubbish");
        _cluster.Reopen();

        Assert.Equal("XX001", Assert.Throws<BackupSqlException>(() => _cluster.Engine.Info).SqlState);
    }

    [Fact]
    public async Task The_host_may_give_the_identity()
    {
        await using var engine = SqliteEngine.Open(
            new SqliteEngineOptions { Directory = _cluster.Directory, ClusterId = "mine" });

        Assert.Equal("mine", engine.Info.ClusterId);
        Assert.Empty(Directory.GetFileSystemEntries(_cluster.Directory));
    }

    [Fact]
    public async Task Named_files_are_databases_and_restored_ones_lie_beside_the_first()
    {
        _cluster.Run("file", "CREATE TABLE t(a)");
        await using var engine = SqliteEngine.Open(new SqliteEngineOptions
        {
            Databases = new Dictionary<string, string> { ["Shop"] = _cluster.PathOf("file") },
        });
        var restore = await engine.BeginRestoreAsync(new RestoreRequest { Id = "x", NewDatabases = ["fresh"] });
        await using (restore)
        {
            await restore.CompleteAsync();
            await restore.PublishAsync();
        }

        await using var catalog = await engine.OpenCatalogAsync(null);
        Assert.Equal(["fresh", "Shop"], (await catalog.GetDatabasesAsync()).Select(database => database.Name));
        Assert.True(File.Exists(_cluster.PathOf("fresh")));
    }

    [Fact]
    public void Options_that_name_nothing_or_one_file_twice_are_refused()
    {
        Refused(new SqliteEngineOptions());
        Refused(new SqliteEngineOptions { Directory = Path.Combine(_cluster.Directory, "missing") });
        Refused(new SqliteEngineOptions
        {
            Databases = new Dictionary<string, string> { ["a"] = _cluster.PathOf("x"), ["b"] = _cluster.PathOf("x") },
        });

        static void Refused(SqliteEngineOptions options) =>
            Assert.Equal("22023", Assert.Throws<BackupSqlException>(() => SqliteEngine.Open(options)).SqlState);
    }

    [Fact]
    public async Task Files_that_differ_in_case_alone_are_ambiguous()
    {
        File.Create(_cluster.PathOf("shop")).Dispose();
        File.Create(_cluster.PathOf("SHOP")).Dispose();
        if (Directory.GetFiles(_cluster.Directory).Length == 1)
            return;

        await Cluster.RefusedAsync("42702", () => _cluster.Engine.OpenCatalogAsync(null).AsTask());
    }

    [Fact]
    public async Task A_missing_file_and_an_unknown_name_are_refused()
    {
        await using var engine = SqliteEngine.Open(new SqliteEngineOptions
        {
            Databases = new Dictionary<string, string> { ["shop"] = _cluster.PathOf("shop") },
        });

        await Cluster.RefusedAsync("3D000", () => engine.OpenSnapshotAsync(new SnapshotRequest { Databases = ["shop"] }).AsTask());
        await Cluster.RefusedAsync("3D000", () => engine.OpenSnapshotAsync(new SnapshotRequest { Databases = ["other"] }).AsTask());
        Assert.False(File.Exists(_cluster.PathOf("shop")));
    }

    [Fact]
    public async Task Time_only_grows_even_when_the_clock_is_set_back()
    {
        var clock = new SettableClock { Now = DateTimeOffset.UnixEpoch.AddHours(2) };
        await using var engine = SqliteEngine.Open(
            new SqliteEngineOptions { Directory = _cluster.Directory, TimeProvider = clock });
        var first = await engine.GetCurrentTimeAsync();
        clock.Now = DateTimeOffset.UnixEpoch.AddHours(1);
        var second = await engine.GetCurrentTimeAsync();

        Assert.True(second > first);
        Assert.Equal(second, second.ToMicroseconds());
    }

    [Fact]
    public async Task SQL_of_SQLite_is_passed_through()
    {
        _cluster.Run("shop", "CREATE TABLE t(a, b)");

        var changed = await _cluster.Engine.ExecuteAsync("shop", "INSERT INTO t VALUES (1, 'x'), (2.5, NULL); DELETE FROM t WHERE a > 5; -- done");
        var read = await _cluster.Engine.ExecuteAsync("SHOP", "SELECT a, b AS c, x'01' FROM t");

        Assert.Equal(2, changed.RowsAffected);
        Assert.Empty(changed.Columns);
        Assert.Equal(["a", "c", "x'01'"], read.Columns);
        Assert.Equal([1L, "x", new byte[] { 1 }], read.Rows[0]);
        Assert.Equal([2.5, null, new byte[] { 1 }], read.Rows[1]);
        var error = await Cluster.RefusedAsync("55000", () => _cluster.Engine.ExecuteAsync("shop", "SELECT nothing").AsTask());
        Assert.Contains("nothing", error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_query_ends_when_it_is_cancelled()
    {
        _cluster.Run("shop", "CREATE TABLE t(a)");
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _cluster.Engine.ExecuteAsync(
            "shop", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n", cancel.Token).AsTask());
    }

    [Fact]
    public async Task A_database_that_somebody_writes_is_reported_as_busy()
    {
        _cluster.Run("shop", "CREATE TABLE t(a)");
        using var writer = _cluster.Connect("shop");
        writer.Execute("BEGIN IMMEDIATE");
        await using var engine = _cluster.Open(TimeSpan.FromMilliseconds(50));
        await using var restore = await engine.BeginRestoreAsync(new RestoreRequest { Id = "x" });
        var table = new TableDescriptor { Id = 1, Database = "shop", Name = "u", Ddl = "CREATE TABLE u(a)", Columns = [] };

        var error = await Cluster.RefusedAsync("55P03", () =>
            restore.CreateAsync([new ObjectRestore(table, table) { SourceEngine = "sqlite" }]).AsTask());

        Assert.True(error.IsTransient);
    }

    [Fact]
    public async Task The_sample_database_comes_back_by_pages_and_by_rows()
    {
        var data = Environment.GetEnvironmentVariable("BACKUPSQL_TEST_DATA");
        if (data is null || !File.Exists(Path.Combine(data, "chinook.db")))
            return;
        File.Copy(Path.Combine(data, "chinook.db"), _cluster.PathOf("chinook"));

        await _cluster.CopyPagesAsync("chinook", "pages");
        var notices = await _cluster.CopyRowsAsync("chinook", "rows");

        Assert.Empty(notices);
        Assert.Equal(File.ReadAllBytes(_cluster.PathOf("chinook")), File.ReadAllBytes(_cluster.PathOf("pages")));
        await using var snapshot = await _cluster.SnapshotAsync("chinook");
        foreach (var table in (await snapshot.Catalog.GetObjectsAsync("chinook")).OfType<TableDescriptor>())
            Assert.Equal(_cluster.Dump("chinook", table.Name), _cluster.Dump("rows", table.Name));
    }

    [Fact]
    public async Task Many_exports_at_once_share_one_snapshot()
    {
        _cluster.Run(
            "shop",
            "PRAGMA journal_mode=WAL",
            "CREATE TABLE t(a TEXT PRIMARY KEY, b) WITHOUT ROWID",
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO t SELECT 'k' || i, i FROM n");
        await using var snapshot = await _cluster.SnapshotAsync("shop");
        _cluster.Run("shop", "UPDATE t SET b = 0");
        var table = (await snapshot.Catalog.GetObjectsAsync("shop")).OfType<TableDescriptor>().Single();

        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            var collector = new RowCollector();
            await snapshot.ExportAsync(new TableSpace("shop", table.Id), KeySpan.All, ExportWindow.Full, collector);
            return string.Concat(collector.Rows.Select(row => Convert.ToHexString(row.Value)));
        }));

        Assert.Single(all.Distinct());
        Assert.Equal(2000, (await snapshot.Catalog.GetStatisticsAsync(table)).Rows);
    }

    private sealed class SettableClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
