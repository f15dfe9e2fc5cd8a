using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;
using Backup.Sql.TestKit.Faults;

namespace Backup.Sql.Tests.Storage;

public sealed class FileObjectStoreTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private IObjectStore _store = null!;

    public async Task InitializeAsync()
    {
        Directory.CreateDirectory(_directory["root"]);
        Directory.CreateDirectory(_directory["outside"]);
        await File.WriteAllTextAsync(_directory["outside/secret"], "secret");
        _store = await new FileObjectStoreProvider(_directory["root"]).OpenAsync(StoreUri.Parse("nodelocal://1/c"));
    }

    public Task DisposeAsync() => _store.DisposeAsync().AsTask();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task An_object_is_a_file_under_its_name_and_nothing_else_stays()
    {
        Assert.True(await _store.PutIfAbsentAsync("2026/11/data/1", "one"u8.ToArray()));
        Assert.Equal("one", await File.ReadAllTextAsync(_directory["root/c/2026/11/data/1"]));
        Assert.Equal([_directory["root/c/2026/11/data/1"]], Files());
    }

    [Fact]
    public async Task Writing_happens_aside_and_an_abandoned_writer_cleans_up()
    {
        await using (var writer = await _store.BeginPutAsync("a/b"))
        {
            await writer.WritePartAsync("half"u8.ToArray());
            var aside = Assert.Single(Files());
            Assert.StartsWith(_directory["root/c/a/.~"], aside, StringComparison.Ordinal);
            Assert.Empty(await Names());
            Assert.Null(await _store.HeadAsync("a/b"));
        }

        Assert.Empty(Files());
    }

    [Fact]
    public async Task What_a_killed_writer_left_aside_is_invisible_and_harmless()
    {
        // The process dies in the middle of a part, and dead processes clean up nothing.
        var script = new FaultScript();
        script.On(StoreOperation.WritePart, FaultKind.CrashTorn);
        var dying = new FaultStore(_store, script);
        await using (var writer = await dying.BeginPutAsync("a/b"))
            await Assert.ThrowsAsync<BackupSqlException>(async () => await writer.WritePartAsync(new byte[100]));
        var aside = Assert.Single(Files());
        Assert.Equal(50, new FileInfo(aside).Length);

        Assert.Empty(await Names());
        Assert.Empty(await Names(new ListRequest { Delimiter = "/" }));
        Assert.True(await _store.PutIfAbsentAsync("a/b", "whole"u8.ToArray()));
        Assert.Equal(["a/b"], await Names());
        var refusal = await Assert.ThrowsAsync<BackupSqlException>(
            async () => await _store.HeadAsync("a/" + Path.GetFileName(aside)));
        Assert.Equal(SqlStates.InvalidParameterValue, refusal.SqlState);
        Assert.True(File.Exists(aside));
    }

    [Fact]
    public async Task A_writer_cancelled_at_the_end_leaves_nothing()
    {
        using var cancel = new CancellationTokenSource();
        await using (var writer = await _store.BeginPutAsync("a", cancel.Token))
        {
            await writer.WritePartAsync(new byte[100], cancel.Token);
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                async () => await writer.CompleteAsync(cancel.Token));
        }

        Assert.Empty(Files());
    }

    [Fact]
    public async Task Links_that_appear_below_an_open_location_are_refused_by_every_operation()
    {
        Directory.CreateDirectory(_directory["root/c"]);
        Directory.CreateSymbolicLink(_directory["root/c/out"], _directory["outside"]);
        File.CreateSymbolicLink(_directory["root/c/file"], _directory["outside/secret"]);

        await Refused(async () => await _store.ReadAsync("out/secret", 0, new byte[1]));
        await Refused(async () => await _store.ReadAsync("file", 0, new byte[1]));
        await Refused(async () => await _store.HeadAsync("out/secret"));
        await Refused(async () => await _store.PutIfAbsentAsync("out/new", new byte[1]));
        await Refused(async () => await _store.PutIfAbsentAsync("file", new byte[1]));
        await Refused(async () => await _store.BeginPutAsync("out/new"));
        await Refused(async () => await _store.DeleteAsync("out/secret"));
        await Refused(async () => await Names());
        await Refused(async () => await Names(new ListRequest { Prefix = "out/" }));
        await Refused(async () => await Names(new ListRequest { Delimiter = "/" }));
        Assert.Equal("secret", await File.ReadAllTextAsync(_directory["outside/secret"]));
        Assert.Single(Directory.GetFileSystemEntries(_directory["outside"]));
    }

    [Fact]
    public async Task A_location_that_becomes_a_link_later_is_refused()
    {
        Directory.CreateSymbolicLink(_directory["root/c"], _directory["outside"]);
        await Refused(async () => await _store.PutIfAbsentAsync("new", new byte[1]));
        await Refused(async () => await Names());
        Assert.Single(Directory.GetFileSystemEntries(_directory["outside"]));
    }

    [Fact]
    public async Task A_directory_swapped_for_a_link_between_begin_and_complete_publishes_nothing()
    {
        await using var writer = await _store.BeginPutAsync("d/new");
        Directory.Move(_directory["root/c/d"], _directory["outside/d"]);
        Directory.CreateSymbolicLink(_directory["root/c/d"], _directory["outside/d"]);
        await Refused(async () => await writer.CompleteAsync());
        Assert.False(File.Exists(_directory["outside/d/new"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("../secret")]
    [InlineData("a/../../secret")]
    [InlineData("./a")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData("a\\b")]
    [InlineData("a/.~b")]
    public async Task Names_that_could_lead_elsewhere_are_refused(string name)
    {
        foreach (var act in new Func<Task>[]
        {
            async () => await _store.PutIfAbsentAsync(name, new byte[1]),
            async () => await _store.BeginPutAsync(name),
            async () => await _store.ReadAsync(name, 0, new byte[1]),
            async () => await _store.HeadAsync(name),
            async () => await _store.DeleteAsync(name),
        })
        {
            var refusal = await Assert.ThrowsAsync<BackupSqlException>(act);
            Assert.Equal(SqlStates.InvalidParameterValue, refusal.SqlState);
            Assert.DoesNotContain(refusal.Message, char.IsControl);
        }

        Assert.Empty(Files());
    }

    [Fact]
    public async Task A_directory_removed_by_somebody_else_is_made_again()
    {
        Assert.True(await _store.PutIfAbsentAsync("a/b/c", new byte[1]));
        Directory.Delete(_directory["root/c"], recursive: true);
        Assert.True(await _store.PutIfAbsentAsync("a/b/c", new byte[1]));
        Assert.Equal(["a/b/c"], await Names());
    }

    [Fact]
    public async Task Empty_directories_are_no_prefixes()
    {
        Directory.CreateDirectory(_directory["root/c/empty/deep"]);
        Directory.CreateDirectory(_directory["root/c/lost+found"]);
        await _store.PutIfAbsentAsync("full/deep/a", default);
        var listed = await _store.ListAsync(new ListRequest { Delimiter = "/" }).ToListAsync();
        Assert.Equal([new ListEntry("full/", 0, true)], listed);
    }

    [Fact]
    public async Task Directories_and_files_come_in_the_order_of_whole_names()
    {
        string[] names = ["a", "a!/x", "a-b", "a.b", "a0", "b/c/d", "b/c-d", "b-c"];
        foreach (var name in names.Where(name => name != "a"))
            await _store.PutIfAbsentAsync(name, default);
        await _store.PutIfAbsentAsync("a/x", default);
        Assert.Equal(["a!/x", "a-b", "a.b", "a/x", "a0", "b-c", "b/c-d", "b/c/d"], await Names());
    }

    [Fact]
    public async Task A_name_below_an_object_and_a_directorys_own_name_are_errors_of_ours()
    {
        await _store.PutIfAbsentAsync("a", default);
        await _store.PutIfAbsentAsync("d/x", default);
        var error = await Assert.ThrowsAsync<BackupSqlException>(
            async () => await _store.PutIfAbsentAsync("a/b", default));
        Assert.Equal(SqlStates.IoError, error.SqlState);
        Assert.False(await _store.PutIfAbsentAsync("d", default));
        Assert.Null(await _store.HeadAsync("d"));
        Assert.Null(await _store.HeadAsync("a/b"));
        var missing = await Assert.ThrowsAsync<BackupSqlException>(
            async () => await _store.ReadAsync("d", 0, new byte[1]));
        Assert.Equal(SqlStates.UndefinedFile, missing.SqlState);
        await _store.DeleteAsync("d");
        Assert.Equal(["a", "d/x"], await Names());
    }

    [Fact]
    public void A_full_disk_is_said_to_be_full()
    {
        // /dev/full fails every write with ENOSPC, as a full disk does.
        if (!File.Exists("/dev/full"))
            return;
        var failure = Assert.ThrowsAny<IOException>(() => File.WriteAllText("/dev/full", "x"));
        var error = FileFailures.Translate(failure, "write", "a", "/mnt/a", _directory["root"]);
        Assert.Equal(SqlStates.DiskFull, error.SqlState);
        Assert.False(error.IsTransient);
    }

    [Theory]
    [InlineData(28, SqlStates.DiskFull, "space")]
    [InlineData(13, SqlStates.InsufficientPrivilege, "right")]
    [InlineData(30, SqlStates.IoError, "read-only")]
    [InlineData(24, SqlStates.IoError, "ulimit")]
    [InlineData(1, SqlStates.IoError, "hard links")]
    [InlineData(5, SqlStates.IoError, "disk")]
    public void What_the_system_says_becomes_a_code_and_a_next_step(int errorNumber, string sqlState, string hint)
    {
        var failure = new IOException("the system's words", errorNumber);
        Assert.True(FileFailures.IsFailure(failure));
        var error = FileFailures.Translate(failure, "write", "a", "/mnt/a", _directory["root"]);
        Assert.Equal(sqlState, error.SqlState);
        Assert.Contains(hint, error.Hint, StringComparison.Ordinal);
        Assert.DoesNotContain(failure.Message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lack_of_rights_is_access_denied()
    {
        var error = FileFailures.Translate(
            new UnauthorizedAccessException(), "list", "a", "/mnt/a", _directory["root"]);
        Assert.Equal(SqlStates.InsufficientPrivilege, error.SqlState);
    }

    private async Task<List<string>> Names(ListRequest? request = null) =>
        await _store.ListAsync(request ?? new ListRequest()).Select(entry => entry.Name).ToListAsync();

    private string[] Files() => Directory.GetFiles(
        _directory["root"],
        "*",
        new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 });

    private static async Task Refused(Func<Task> act) => Assert.Equal(
        SqlStates.InsufficientPrivilege,
        (await Assert.ThrowsAsync<BackupSqlException>(act)).SqlState);
}
