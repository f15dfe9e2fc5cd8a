using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Rows;
using Backup.Sql.Sqlite.History;
using Backup.Sql.TestKit;

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

    [Fact]
    public async Task A_database_with_virtual_tables_keeps_changes_and_no_past()
    {
        _cluster.Run("shop", "CREATE TABLE t (a INTEGER PRIMARY KEY, b)");
        await _cluster.Engine.SetHistoryRetentionAsync("shop", null, Day);
        var before = (await ReadAsync()).Time;
        _cluster.Run("shop", "CREATE VIRTUAL TABLE f USING fts5 (words)", "INSERT INTO f VALUES ('hello')", "INSERT INTO t VALUES (1, 1)");

        await using var now = await _cluster.SnapshotAsync("shop");
        var abilities = await _cluster.Engine.GetAbilitiesAsync("shop");
        Assert.True(abilities.HasFlag(EngineCapabilities.ChangeExport));
        Assert.False(abilities.HasFlag(EngineCapabilities.TimeTravel));
        Assert.True(await ((IChangeCoverage)now).CoversAsync(await SpaceAsync(now, "t"), before));
        Assert.False(await ((IChangeCoverage)now).CoversAsync(await SpaceAsync(now, "f"), before));
        var refused = await Assert.ThrowsAsync<BackupSqlException>(() => ReadAsync(before));
        Assert.Equal(SqlStates.FeatureNotSupported, refused.SqlState);
    }

    [Theory]
    [InlineData("DROP TABLE t", "CREATE TABLE t (a INTEGER PRIMARY KEY, b)", "INSERT INTO t VALUES (1, 'other')")]
    [InlineData("DROP TRIGGER _backupsql_1_bu", "UPDATE t SET b = 'unseen'")]
    [InlineData("CREATE UNIQUE INDEX u ON t (b)", "INSERT OR REPLACE INTO t VALUES (9, 'two')")]
    [InlineData("CREATE UNIQUE INDEX u ON t (b)", "INSERT OR REPLACE INTO t VALUES (9, 'two')", "DROP INDEX u")]
    [InlineData("CREATE TRIGGER x AFTER INSERT ON t BEGIN UPDATE t SET b = 'y' WHERE a = new.a; END", "INSERT INTO t (b) VALUES ('x')")]
    [InlineData("ALTER TABLE t DROP COLUMN b")]
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

    private async Task<TableSpace> SpaceAsync(IEngineSnapshot snapshot, string table)
    {
        var objects = await snapshot.Catalog.GetObjectsAsync("shop");
        return new TableSpace("shop", objects.OfType<TableDescriptor>().First(o => o.Name == table).Id);
    }

    private Task<EngineContents> ReadAsync(HlcTimestamp? asOf = null) =>
        EngineContents.ReadAsync(_cluster.Engine, "shop", asOf, default);
}
