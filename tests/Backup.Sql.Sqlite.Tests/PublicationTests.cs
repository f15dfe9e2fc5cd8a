using System.Text;
using Backup.Sql.Engines;
using Backup.Sql.Rows;

namespace Backup.Sql.Sqlite.Tests;

public sealed class PublicationTests : IDisposable
{
    private readonly Cluster _cluster = new();

    public PublicationTests() =>
        _cluster.Run("shop", "PRAGMA journal_mode=WAL", "CREATE TABLE t(a)", "INSERT INTO t VALUES (1), (2)");

    private string State => Path.Combine(_cluster.Directory, ".backupsql");

    public void Dispose() => _cluster.Dispose();

    [Fact]
    public async Task An_existing_database_is_never_replaced()
    {
        var error = await Cluster.RefusedAsync("42P04", () => _cluster.CopyPagesAsync("shop", "SHOP"));

        Assert.Contains("shop", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-wal")]
    [InlineData("-shm")]
    [InlineData("-journal")]
    public async Task A_leftover_that_SQLite_would_apply_is_refused(string ending)
    {
        File.WriteAllText(_cluster.PathOf("copy") + ending, "stale");

        await Cluster.RefusedAsync("55000", () => _cluster.CopyPagesAsync("shop", "copy"));

        Assert.False(File.Exists(_cluster.PathOf("copy")));
    }

    [Fact]
    public async Task A_name_that_is_taken_during_the_restore_is_refused_at_publication()
    {
        var (shape, pages) = await _cluster.ExportPagesAsync("shop");
        var restore = await _cluster.Engine.BeginRestoreAsync(new RestoreRequest { Id = "x", NewDatabases = ["one", "two"] });
        await using (restore)
        {
            await restore.IngestAsync(new PageSpace("one"), shape, new RowFeeder(pages));
            await restore.IngestAsync(new PageSpace("two"), shape, new RowFeeder(pages));
            await restore.CompleteAsync();
            File.WriteAllText(_cluster.PathOf("two"), "a stranger");
            await Cluster.RefusedAsync("42P04", () => restore.PublishAsync().AsTask());
        }

        Assert.False(File.Exists(_cluster.PathOf("one")));
        Assert.Equal("a stranger", File.ReadAllText(_cluster.PathOf("two")));
        Assert.False(Directory.Exists(State));
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData(".hidden")]
    [InlineData("")]
    [InlineData("a\0b")]
    [InlineData("c:d")]
    public async Task A_name_that_is_no_file_name_is_refused(string name) =>
        await Cluster.RefusedAsync("22023", () =>
            _cluster.Engine.BeginRestoreAsync(new RestoreRequest { Id = "x", NewDatabases = [name] }).AsTask());

    [Fact]
    public async Task A_restore_that_is_disposed_leaves_no_trace()
    {
        var before = Directory.GetFileSystemEntries(_cluster.Directory).Order().ToList();
        var (shape, pages) = await _cluster.ExportPagesAsync("shop");
        var restore = await _cluster.Engine.BeginRestoreAsync(new RestoreRequest { Id = "x", NewDatabases = ["copy"] });
        await restore.IngestAsync(new PageSpace("copy"), shape, new RowFeeder(pages));
        await restore.CompleteAsync();
        Assert.True(Directory.Exists(State));
        await restore.DisposeAsync();

        Assert.Equal(before, Directory.GetFileSystemEntries(_cluster.Directory).Order());
    }

    [Fact]
    public async Task Pages_may_come_in_any_number_of_parts_at_once()
    {
        _cluster.Run("shop", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO t SELECT hex(randomblob(100)) FROM n");
        var (shape, pages) = await _cluster.ExportPagesAsync("shop");
        var restore = await _cluster.Engine.BeginRestoreAsync(new RestoreRequest { Id = "x", NewDatabases = ["copy"] });
        await using (restore)
        {
            await Task.WhenAll(pages.Chunk(17).Select(part => Task.Run(async () =>
                await restore.IngestAsync(new PageSpace("copy"), shape, new RowFeeder(part, 4)))));
            await restore.CompleteAsync();
            await restore.PublishAsync();
        }

        Assert.Equal(File.ReadAllBytes(_cluster.PathOf("shop")), File.ReadAllBytes(_cluster.PathOf("copy")));
    }

    [Fact]
    public async Task A_missing_page_is_refused()
    {
        var (shape, pages) = await _cluster.ExportPagesAsync("shop");

        await Cluster.RefusedAsync("XX001", () => _cluster.RestorePagesAsync(shape, pages[1..], "copy"));
        await Cluster.RefusedAsync("XX001", () => _cluster.RestorePagesAsync(shape with { PageCount = 1 }, pages, "copy"));
        await Cluster.RefusedAsync("XX001", () => _cluster.RestorePagesAsync(shape with { PageSize = 1000 }, pages, "copy"));

        Assert.False(File.Exists(_cluster.PathOf("copy")));
    }

    [Fact]
    public void Opening_the_engine_removes_what_was_not_committed()
    {
        Stage("restore-dead", ("one.db", "content"));
        Stage("scratch-dead", ("copy", "content"));

        _cluster.Reopen();

        Assert.False(File.Exists(_cluster.PathOf("one")));
        Assert.False(Directory.Exists(State));
    }

    [Fact]
    public void Opening_the_engine_leaves_what_a_living_process_stages()
    {
        using var living = PrivateDirectory.Create(State, "restore-alive");

        _cluster.Reopen();

        Assert.True(Directory.Exists(living.Path));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Opening_the_engine_finishes_a_committed_publication(int alreadyLinked)
    {
        var staged = Stage("restore-dead", ("one.db", "1"), ("two.db", "2"), ("commit", Record));
        foreach (var name in new[] { "one", "two" }.Take(alreadyLinked))
            Assert.True(Interop.LocalFiles.TryLink(Path.Combine(staged, name + ".db"), _cluster.PathOf(name)));

        _cluster.Reopen();

        Assert.Equal("1", File.ReadAllText(_cluster.PathOf("one")));
        Assert.Equal("2", File.ReadAllText(_cluster.PathOf("two")));
        Assert.False(Directory.Exists(State));
    }

    [Fact]
    public void A_committed_file_whose_name_a_stranger_took_is_kept()
    {
        var staged = Stage("restore-dead", ("one.db", "1"), ("two.db", "2"), ("commit", Record));
        File.WriteAllText(_cluster.PathOf("two"), "a stranger");

        _cluster.Reopen();

        Assert.Equal("1", File.ReadAllText(_cluster.PathOf("one")));
        Assert.Equal("a stranger", File.ReadAllText(_cluster.PathOf("two")));
        Assert.Equal("2", File.ReadAllText(Path.Combine(staged, "two.db")));
    }

    [Fact]
    public async Task Several_databases_are_published_together()
    {
        var (shape, pages) = await _cluster.ExportPagesAsync("shop");
        var restore = await _cluster.Engine.BeginRestoreAsync(new RestoreRequest { Id = "x", NewDatabases = ["one", "two"] });
        await using (restore)
        {
            await restore.IngestAsync(new PageSpace("one"), shape, new RowFeeder(pages));
            await restore.IngestAsync(new PageSpace("two"), shape, new RowFeeder(pages));
            await restore.CompleteAsync();
            Assert.False(File.Exists(_cluster.PathOf("one")));
            await restore.PublishAsync();
        }

        _cluster.AssertSound("one");
        _cluster.AssertSound("two");
        Assert.False(Directory.Exists(State));
    }

    [Fact]
    public async Task A_database_is_read_out_of_its_pages_without_being_restored()
    {
        var (shape, pages) = await _cluster.ExportPagesAsync("shop");
        var scratch = Directory.CreateTempSubdirectory("backupsql-scratch-").FullName;
        var aside = await _cluster.Engine.BeginMaterialiseAsync(new PageSpace("gone"), shape, scratch);
        await using (aside)
        {
            await aside.IngestAsync(new RowFeeder(pages));
            await using var snapshot = await aside.OpenAsync();
            var table = Assert.Single((await snapshot.Catalog.GetObjectsAsync("gone")).OfType<Backup.Sql.Catalog.TableDescriptor>());
            Assert.Equal("gone", table.Database);
            var spans = await Cluster.ExportAsync(snapshot, new TableSpace("gone", table.Id), 4096);
            Assert.Equal(2, spans.Count);
        }

        Assert.Empty(Directory.GetFileSystemEntries(scratch));
        Directory.Delete(scratch);
    }

    private const string Record = """{"version":1,"files":{"one.db":"one.db","two.db":"two.db"}}""";

    private string Stage(string directory, params (string Name, string Content)[] files)
    {
        var path = Directory.CreateDirectory(Path.Combine(State, directory)).FullName;
        foreach (var (name, content) in files)
            File.WriteAllText(Path.Combine(path, name), content, new UTF8Encoding(false));
        return path;
    }
}
