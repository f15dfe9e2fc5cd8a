using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Rows;
using Backup.Sql.Sqlite.History;
using Backup.Sql.TestKit;
using Backup.Sql.TestKit.Simulation;

namespace Backup.Sql.Sqlite.Tests;

public sealed class HistoryTests : IDisposable
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private readonly Cluster _cluster = new();

    public void Dispose() => _cluster.Dispose();

    [Fact]
    public async Task Tracking_leaves_no_trace_in_catalogs_and_none_at_all_when_it_is_turned_off()
    {
        _cluster.Run("shop", "CREATE TABLE t (a INTEGER PRIMARY KEY, b)", "INSERT INTO t VALUES (1, 'one')");
        var before = _cluster.Query("shop", "SELECT name FROM sqlite_master");

        await _cluster.Engine.SetHistoryRetentionAsync("shop", null, Day);
        await using (var catalog = await _cluster.Engine.OpenCatalogAsync(null))
        {
            var objects = await catalog.GetObjectsAsync("shop");
            Assert.Equal(["public", "t"], objects.Select(o => o.Name));
        }

        Assert.True((await _cluster.Engine.GetAbilitiesAsync("shop")).HasFlag(EngineCapabilities.RevisionHistory));
        await _cluster.Engine.SetHistoryRetentionAsync("shop", null, null);
        Assert.Equal(before, _cluster.Query("shop", "SELECT name FROM sqlite_master"));
        Assert.False((await _cluster.Engine.GetAbilitiesAsync("shop")).HasFlag(EngineCapabilities.TimeTravel));
    }

    [Fact]
    public async Task A_user_may_drop_and_rename_columns_and_tables_that_are_tracked()
    {
        _cluster.Run("shop", "CREATE TABLE t (a INTEGER PRIMARY KEY, b, c, d UNIQUE)", "INSERT INTO t VALUES (1, 2, 3, 4)");
        await _cluster.Engine.SetHistoryRetentionAsync("shop", null, Day);

        _cluster.Run(
            "shop",
            "ALTER TABLE t DROP COLUMN b",
            "UPDATE t SET c = 5",
            "REPLACE INTO t VALUES (2, 3, 4)",
            "ALTER TABLE t RENAME TO s",
            "ALTER TABLE s RENAME COLUMN c TO e",
            "UPDATE s SET e = 6",
            "DROP TABLE s");
    }

    [Theory]
    [InlineData("CREATE VIRTUAL TABLE f USING fts5 (words)", "INSERT INTO f VALUES ('hello')")]
    [InlineData("CREATE VIRTUAL TABLE f USING fts4 (words)", "INSERT INTO f VALUES ('hello')")]
    [InlineData("CREATE VIRTUAL TABLE f USING rtree (id, low, high)", "INSERT INTO f VALUES (1, 2, 3)")]
    [InlineData("CREATE TABLE f (rowid, oid, _rowid_)", "INSERT INTO f VALUES (1, 2, 3)")]
    public async Task Beside_a_table_that_cannot_be_tracked_the_others_have_their_past(string create, string insert)
    {
        _cluster.Run("shop", "CREATE TABLE t (a INTEGER PRIMARY KEY, b)", "INSERT INTO t VALUES (1, 1)");
        await _cluster.Engine.SetHistoryRetentionAsync("shop", null, Day);
        var whole = (await ReadAsync()).Time;
        _cluster.Run("shop", create, insert);
        var before = (await ReadAsync()).Time;
        _cluster.Run("shop", "UPDATE t SET b = 2", insert.Replace('1', '7'));

        await using (var now = await _cluster.SnapshotAsync("shop"))
        {
            var tables = await TablesAsync(now.Catalog);
            Assert.Equal((false, true), (tables["t"].KeepsNoHistory, tables["f"].KeepsNoHistory));
            Assert.True(await ((IChangeCoverage)now).CoversAsync(await SpaceAsync(now, "t"), before));
            Assert.False(await ((IChangeCoverage)now).CoversAsync(await SpaceAsync(now, "f"), before));
        }

        await using (var catalog = await _cluster.Engine.OpenCatalogAsync(before))
            Assert.True((await TablesAsync(catalog))["f"].KeepsNoHistory);
        await using (var past = await _cluster.Engine.OpenSnapshotAsync(new SnapshotRequest { Databases = ["shop"], AsOf = before }))
        {
            var rows = await VersionCollector.ReadAsync(past, await SpaceAsync(past, "t"), ExportWindow.Full);
            Assert.Equal("030909", Assert.Single(rows).Value);
            await RefusedAsync(past, await SpaceAsync(past, "f"));
            await RefusedAsync(past, new PageSpace("shop"));
        }

        // Of the time before there was such a table everything is known.
        Assert.Equal(1, (await ReadAsync(whole)).Tables["public.t"].Count);
        Assert.True(await _cluster.Engine.GetHistoryStartAsync("shop") <= whole);
    }

    [Fact]
    public async Task What_is_told_of_a_whole_database_starts_after_its_last_table_that_could_not_be_tracked()
    {
        _cluster.Run("shop", "CREATE TABLE t (a INTEGER PRIMARY KEY)");
        await _cluster.Engine.SetHistoryRetentionAsync("shop", null, Day);
        await _cluster.Engine.ExecuteAsync("shop", "CREATE VIRTUAL TABLE f USING fts5 (words)");
        var with = (await ReadAsync()).Time;
        await _cluster.Engine.ExecuteAsync("shop", "DROP TABLE f");
        await using (await _cluster.SnapshotAsync("shop"))
        {
        }

        Assert.True(await _cluster.Engine.GetHistoryStartAsync("shop") > with);
        var refused = await Assert.ThrowsAsync<BackupSqlException>(
            async () => await _cluster.Engine.GetCatalogChangesAsync("shop", with, with));
        Assert.Equal(SqlStates.TimeOutOfRange, refused.SqlState);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Rows_that_are_left_out_stay_so_under_another_name_and_in_the_past(bool isTracked)
    {
        _cluster.Run("shop", "CREATE TABLE t (a INTEGER PRIMARY KEY)", "CREATE TABLE o (a INTEGER PRIMARY KEY)");
        if (isTracked)
            await _cluster.Engine.SetHistoryRetentionAsync("shop", null, Day);
        var before = isTracked ? (await ReadAsync()).Time : default;
        await using (var catalog = await _cluster.Engine.OpenCatalogAsync(null))
            await _cluster.Engine.SetDataExclusionAsync("shop", (await TablesAsync(catalog))["t"].Id, true);

        _cluster.Run("shop", "ALTER TABLE t RENAME TO s", "CREATE TABLE t (x)", "INSERT INTO s VALUES (1)", "UPDATE s SET a = 2");

        await using (var now = await _cluster.Engine.OpenCatalogAsync(null))
        {
            var tables = await TablesAsync(now);
            Assert.Equal((true, false, false), (tables["s"].ExcludeData, tables["t"].ExcludeData, tables["o"].ExcludeData));
        }

        if (isTracked)
        {
            await using var then = await _cluster.Engine.OpenCatalogAsync(before);
            Assert.True((await TablesAsync(then))["t"].ExcludeData);
            await using var past = await _cluster.Engine.OpenSnapshotAsync(new SnapshotRequest { Databases = ["shop"], AsOf = before });
            var tables = await TablesAsync(past.Catalog);
            Assert.Equal((true, false), (tables["t"].ExcludeData, tables["o"].ExcludeData));
            await _cluster.Engine.SetHistoryRetentionAsync("shop", null, null);
        }

        await using var last = await _cluster.Engine.OpenCatalogAsync(null);
        var excluded = (await TablesAsync(last))["s"];
        Assert.True(excluded.ExcludeData);
        await _cluster.Engine.SetDataExclusionAsync("shop", excluded.Id, false);
        Assert.Equal(["I:0"], _cluster.Query("shop", "SELECT count(*) FROM sqlite_master WHERE name LIKE '%backupsql%'"));
    }

    [Fact]
    public async Task History_goes_on_when_rows_are_left_out_and_taken_in_again()
    {
        _cluster.Run("shop", "CREATE TABLE t (a INTEGER PRIMARY KEY)", "CREATE VIRTUAL TABLE f USING fts5 (words)");
        await _cluster.Engine.SetHistoryRetentionAsync("shop", null, Day);
        await using var then = await _cluster.SnapshotAsync("shop");
        var tables = await TablesAsync(then.Catalog);
        foreach (var isExcluded in (bool[])[true, true, false])
        {
            await _cluster.Engine.SetDataExclusionAsync("shop", tables["t"].Id, isExcluded);
            await _cluster.Engine.SetDataExclusionAsync("shop", tables["f"].Id, isExcluded);
        }

        await using var now = await _cluster.SnapshotAsync("shop");
        Assert.True(await ((IChangeCoverage)now).CoversAsync(await SpaceAsync(now, "t"), then.Timestamp));
        Assert.DoesNotContain(await TablesAsync(now.Catalog), table => table.Value.ExcludeData);
    }

    [Fact]
    public async Task Lines_are_removed_behind_the_time_for_which_history_is_kept_and_numbers_go_on()
    {
        var clock = new ManualTimeProvider();
        await using var engine = SqliteEngine.Open(
            new SqliteEngineOptions { Directory = _cluster.Directory, TimeProvider = clock });
        _cluster.Run("shop", "CREATE TABLE t (a INTEGER PRIMARY KEY, b)", "INSERT INTO t VALUES (1, 0), (2, 0)");
        await engine.SetHistoryRetentionAsync("shop", null, TimeSpan.FromSeconds(1));
        for (var round = 1; round < 4; round++)
        {
            _cluster.Run("shop", $"UPDATE t SET b = {round}");
            await engine.MarkHistoryAsync();
            clock.Advance(TimeSpan.FromMinutes(1));
        }

        var before = (await EngineContents.ReadAsync(engine, "shop", null, default)).Time;
        Assert.Equal(["I:1"], _cluster.Query("shop", "SELECT count(*) FROM _backupsql_log_1"));
        _cluster.Run("shop", "DELETE FROM t WHERE a = 1");
        await using var now = await engine.OpenSnapshotAsync(new SnapshotRequest { Databases = ["shop"] });
        var changes = await VersionCollector.ReadAsync(
            now, await SpaceAsync(now, "t"), new ExportWindow { Start = before });
        Assert.Null(Assert.Single(changes).Value);
        Assert.Equal(2, (await EngineContents.ReadAsync(engine, "shop", before, default)).Tables["public.t"].Count);
    }

    [Theory]
    [InlineData("DROP TABLE t", "CREATE TABLE t (a INTEGER PRIMARY KEY, b)", "INSERT INTO t VALUES (1, 'other')")]
    [InlineData("DROP TRIGGER _backupsql_1_bu", "UPDATE t SET b = 'unseen'")]
    [InlineData("CREATE UNIQUE INDEX u ON t (b)", "INSERT OR REPLACE INTO t VALUES (9, 'two')")]
    [InlineData("CREATE UNIQUE INDEX u ON t (b)", "INSERT OR REPLACE INTO t VALUES (9, 'two')", "DROP INDEX u")]
    [InlineData("CREATE TRIGGER x AFTER INSERT ON t BEGIN UPDATE t SET b = 'y' WHERE a = new.a; END", "INSERT INTO t (b) VALUES ('x')")]
    [InlineData("ALTER TABLE t DROP COLUMN b")]
    [InlineData("PRAGMA writable_schema=ON", "UPDATE sqlite_master SET sql = replace(sql, 'INSERT INTO', 'INSERT OR IGNORE INTO') WHERE name = '_backupsql_1_bu'", "INSERT INTO t VALUES (3, 'x')")]
    [InlineData("PRAGMA writable_schema=ON", "DELETE FROM sqlite_master WHERE name = '_backupsql_1_bu'", "INSERT INTO t VALUES (3, 'x')")]
    public async Task What_may_have_gone_unseen_is_not_said_to_be_known(params string[] statements)
    {
        _cluster.Run("shop", "CREATE TABLE t (a INTEGER PRIMARY KEY, b)", "INSERT INTO t VALUES (1, 'one'), (2, 'two')");
        await _cluster.Engine.SetHistoryRetentionAsync("shop", null, Day);
        var before = (await ReadAsync()).Time;

        _cluster.Run("shop", statements);

        await using var now = await _cluster.SnapshotAsync("shop");
        Assert.False(await ((IChangeCoverage)now).CoversAsync(await SpaceAsync(now, "t"), before));
        var refused = await Assert.ThrowsAsync<BackupSqlException>(() => ReadAsync(before));
        Assert.Equal(SqlStates.TimeOutOfRange, refused.SqlState);
        Assert.True((await ReadAsync(now.Timestamp)).Time == now.Timestamp);
    }

    [Fact]
    public async Task A_time_means_the_last_mark_up_to_it_and_only_times_outside_the_marks_are_refused()
    {
        _cluster.Run("shop", "CREATE TABLE t (a INTEGER PRIMARY KEY)");
        await _cluster.Engine.SetHistoryRetentionAsync("shop", null, Day);
        var start = await _cluster.Engine.GetHistoryStartAsync("shop");
        var first = (await ReadAsync()).Time;
        _cluster.Run("shop", "INSERT INTO t VALUES (1)");
        var second = (await ReadAsync()).Time;

        Assert.Equal(second, second.ToMicroseconds());
        var between = await ReadAsync(new HlcTimestamp(second.WallTime - 1));
        Assert.Equal((first, 0), (between.Time, between.Tables["public.t"].Count));
        Assert.Equal(second, (await ReadAsync(await _cluster.Engine.GetCurrentTimeAsync())).Time);
        foreach (var outside in (long[])[start.WallTime - 1, second.WallTime + 3_600_000_000_000])
        {
            var refused = await Assert.ThrowsAsync<BackupSqlException>(() => ReadAsync(new HlcTimestamp(outside)));
            Assert.Equal(SqlStates.TimeOutOfRange, refused.SqlState);
        }
    }

    [Fact]
    public async Task A_file_that_was_put_back_knows_nothing_of_the_layers_since()
    {
        _cluster.Run("shop", "PRAGMA journal_mode=WAL", "CREATE TABLE t (a INTEGER PRIMARY KEY)", "INSERT INTO t VALUES (1)");
        await _cluster.Engine.SetHistoryRetentionAsync("shop", null, Day);
        var early = (await ReadAsync()).Time;
        _cluster.Run("shop", "INSERT INTO t VALUES (2)", "PRAGMA wal_checkpoint(TRUNCATE)");
        File.Copy(_cluster.PathOf("shop"), _cluster.PathOf("shop") + ".old");
        _cluster.Run("shop", "INSERT INTO t VALUES (3)");
        var layer = (await ReadAsync()).Time;
        _cluster.Run("shop", "DELETE FROM t WHERE a = 1", "PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA journal_mode=DELETE");
        File.Move(_cluster.PathOf("shop") + ".old", _cluster.PathOf("shop"), overwrite: true);
        _cluster.Run("shop", "INSERT INTO t VALUES (4)");

        await using var now = await _cluster.SnapshotAsync("shop");
        var space = await SpaceAsync(now, "t");
        Assert.False(await ((IChangeCoverage)now).CoversAsync(space, layer));
        Assert.True(await ((IChangeCoverage)now).CoversAsync(space, early));
        var changes = await VersionCollector.ReadAsync(now, space, new ExportWindow { Start = early });
        Assert.Equal(2, changes.Count(change => change.Value is not null));
    }

    [Theory]
    [InlineData("CREATE TABLE t (a INTEGER PRIMARY KEY, b)")]
    [InlineData("CREATE TABLE t (a TEXT PRIMARY KEY, b REAL) WITHOUT ROWID")]
    public async Task A_proof_finds_writers_that_no_trigger_saw(string create)
    {
        await using var engine = SqliteEngine.Open(
            new SqliteEngineOptions { Directory = _cluster.Directory, ProvesChanges = true });
        _cluster.Run("shop", create, "INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)");
        await engine.SetHistoryRetentionAsync("shop", null, Day);
        var start = await engine.GetHistoryStartAsync("shop");
        string[] changes = ["UPDATE t SET b = b + 1", "DELETE FROM t WHERE b = 3", "REPLACE INTO t VALUES (1, 9), (7, NULL)", "SELECT 1"];
        foreach (var (sql, isProven) in changes.Zip((bool[])[false, true, true, true]))
        {
            _cluster.Run("shop", sql);
            (var covers, start) = await CoversAsync(engine, start);
            Assert.True(isProven == covers, sql);
        }

        using (var unseen = _cluster.Connect("shop"))
        {
            const int enableTrigger = 1003;
            unseen.Configure(enableTrigger, false);
            unseen.Execute("UPDATE t SET b = 'unseen' WHERE a = 1");
        }

        _cluster.Run("shop", "INSERT INTO t VALUES (8, 8)");
        var before = start;
        foreach (var isProven in (bool[])[false, false, true, true])
        {
            (var covers, start) = await CoversAsync(engine, start);
            Assert.Equal(isProven, covers);
        }

        Assert.True(await engine.GetHistoryStartAsync("shop") > before);
    }

    [Fact]
    public async Task A_hold_keeps_the_log_for_a_week_after_it_was_renewed_and_no_longer()
    {
        var clock = new ManualTimeProvider();
        await using var engine = SqliteEngine.Open(
            new SqliteEngineOptions { Directory = _cluster.Directory, TimeProvider = clock });
        _cluster.Run("shop", "CREATE TABLE t (a INTEGER PRIMARY KEY, b)", "INSERT INTO t VALUES (1, 0)");
        await engine.SetHistoryRetentionAsync("shop", null, TimeSpan.FromHours(1));
        var held = (await EngineContents.ReadAsync(engine, "shop", null, default)).Time;
        await engine.HoldAsync("chain", held);
        for (var day = 1; day <= 14; day += 7)
        {
            clock.Advance(TimeSpan.FromDays(7));
            await engine.RenewAsync("chain");
            await engine.RenewAsync("other");
            _cluster.Run("shop", $"UPDATE t SET b = {day}");
            await engine.MarkHistoryAsync();
        }

        Assert.Equal(1, (await EngineContents.ReadAsync(engine, "shop", held, default)).Tables["public.t"].Count);
        clock.Advance(TimeSpan.FromDays(9));
        _cluster.Run("shop", "UPDATE t SET b = 100");
        await engine.MarkHistoryAsync();
        var refused = await Assert.ThrowsAsync<BackupSqlException>(
            () => EngineContents.ReadAsync(engine, "shop", held, default));
        Assert.Equal(SqlStates.TimeOutOfRange, refused.SqlState);
        await engine.ReleaseAsync("chain");
        Assert.Equal(["I:0"], _cluster.Query("shop", "SELECT count(*) FROM _backupsql_hold"));
    }

    [Fact]
    public async Task A_mark_waits_for_a_writer_no_longer_than_it_may()
    {
        _cluster.Run("shop", "CREATE TABLE t (a INTEGER PRIMARY KEY)");
        await _cluster.Engine.SetHistoryRetentionAsync("shop", null, Day);
        await using var impatient = _cluster.Open(TimeSpan.FromMilliseconds(50));
        using var writer = _cluster.Connect("shop");
        writer.Execute("BEGIN IMMEDIATE");
        writer.Execute("INSERT INTO t VALUES (1)");
        var refused = await Assert.ThrowsAsync<BackupSqlException>(
            async () => await impatient.OpenSnapshotAsync(new SnapshotRequest { Databases = ["shop"] }));
        Assert.Equal((SqlStates.LockNotAvailable, true), (refused.SqlState, refused.IsTransient));
        writer.Execute("COMMIT");
        await using var now = await impatient.OpenSnapshotAsync(new SnapshotRequest { Databases = ["shop"] });
        Assert.Single(await VersionCollector.ReadAsync(now, await SpaceAsync(now, "t"), ExportWindow.Full));
    }

    [Fact]
    public async Task A_table_without_a_lasting_key_loses_its_past_by_vacuum_and_the_others_keep_their_changes()
    {
        _cluster.Run("shop", "CREATE TABLE t (a INTEGER PRIMARY KEY)", "CREATE TABLE bag (x)", "INSERT INTO bag VALUES (1), (2), (3)", "DELETE FROM bag WHERE x = 2");
        await _cluster.Engine.SetHistoryRetentionAsync("shop", null, Day);
        var before = (await ReadAsync()).Time;

        _cluster.Run("shop", "VACUUM");

        await using var now = await _cluster.SnapshotAsync("shop");
        Assert.True(await ((IChangeCoverage)now).CoversAsync(await SpaceAsync(now, "t"), before));
        await Assert.ThrowsAsync<BackupSqlException>(() => ReadAsync(before));
    }

    [Fact]
    public async Task Rows_that_a_conflict_clause_of_the_user_replaces_or_keeps_are_told_rightly()
    {
        _cluster.Run("shop", "CREATE TABLE t (a INTEGER PRIMARY KEY, u UNIQUE)", "INSERT INTO t VALUES (1, 10), (2, 20), (3, 30)");
        await _cluster.Engine.SetHistoryRetentionAsync("shop", null, Day);
        var before = await ReadAsync();

        _cluster.Run(
            "shop",
            "INSERT OR REPLACE INTO t VALUES (1, 20)",
            "UPDATE OR IGNORE t SET u = 30 WHERE a = 1",
            "UPDATE OR REPLACE t SET u = 30 WHERE a = 1",
            "INSERT INTO t VALUES (1, 5) ON CONFLICT (a) DO UPDATE SET u = 7");

        Assert.Equal(before.Tables["public.t"].Count, (await ReadAsync(before.Time)).Tables["public.t"].Count);
        Assert.Equal(["I:1|I:7"], _cluster.Query("shop", "SELECT * FROM t"));
    }

    [Fact]
    public async Task A_restored_database_goes_on_with_the_history_that_came_inside_its_pages()
    {
        _cluster.Run("shop", "CREATE TABLE t (a INTEGER PRIMARY KEY)", "INSERT INTO t VALUES (1)");
        await _cluster.Engine.SetHistoryRetentionAsync("shop", null, Day);
        var before = (await ReadAsync()).Time;
        _cluster.Run("shop", "INSERT INTO t VALUES (2)");
        await using (await _cluster.SnapshotAsync("shop"))
        {
        }

        _cluster.Run("shop", "PRAGMA wal_checkpoint(TRUNCATE)");
        File.Copy(_cluster.PathOf("shop"), _cluster.PathOf("copy"));
        _cluster.Run("copy", "INSERT INTO t VALUES (3)");

        var past = await EngineContents.ReadAsync(_cluster.Engine, "copy", before, default);
        Assert.Equal(1, past.Tables["public.t"].Count);
    }

    private static async Task RefusedAsync(IEngineSnapshot past, Space space)
    {
        var refused = await Assert.ThrowsAsync<BackupSqlException>(
            async () => await VersionCollector.ReadAsync(past, space, ExportWindow.Full));
        Assert.Equal(SqlStates.FeatureNotSupported, refused.SqlState);
    }

    private static async Task<Dictionary<string, TableDescriptor>> TablesAsync(ICatalogReader catalog) =>
        (await catalog.GetObjectsAsync("shop")).OfType<TableDescriptor>().ToDictionary(table => table.Name);

    private async Task<(bool Covers, HlcTimestamp End)> CoversAsync(SqliteEngine engine, HlcTimestamp start)
    {
        await using var now = await engine.OpenSnapshotAsync(new SnapshotRequest { Databases = ["shop"] });
        return (await ((IChangeCoverage)now).CoversAsync(await SpaceAsync(now, "t"), start), now.Timestamp);
    }

    private async Task<TableSpace> SpaceAsync(IEngineSnapshot snapshot, string table)
    {
        var objects = await snapshot.Catalog.GetObjectsAsync("shop");
        return new TableSpace("shop", objects.OfType<TableDescriptor>().First(o => o.Name == table).Id);
    }

    private Task<EngineContents> ReadAsync(HlcTimestamp? asOf = null) =>
        EngineContents.ReadAsync(_cluster.Engine, "shop", asOf, default);
}
