using System.Globalization;
using Backup.Sql.Diagnostics;
using Backup.Sql.Sqlite.Interop;
using Backup.Sql.State;
using Backup.Sql.TestKit.StateContract;
using Backup.Sql.TestKit.StorageContract;

namespace Backup.Sql.Sqlite.Tests.State;

public sealed class SqliteStateStoreTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("backupsql-state-").FullName;

    public static TheoryData<string> Checks => [.. StateStoreConformance.CheckNames];

    private string FilePath => Path.Combine(_directory, "deep", ".backupsql", "state.db");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [MemberData(nameof(Checks))]
    public async Task A_state_file_keeps_the_obligations_of_a_state_store(string check)
    {
        var suite = new StateStoreConformance((name, _) => new(SqliteStateStore.Open(Path.Combine(_directory, name, "state.db"))));
        var result = await suite.RunAsync(check);
        Assert.True(result.Verdict == StoreCheckVerdict.Passed, result.Reason);
    }

    [Fact]
    public async Task What_was_committed_is_there_when_the_file_is_opened_again()
    {
        await using (var store = SqliteStateStore.Open(FilePath))
            Assert.True(await store.TryCommitAsync([Add("job", "1")]));
        await using var again = SqliteStateStore.Open(FilePath);
        Assert.Equal(1, (await again.GetAsync("job", "1"))!.Version);
    }

    [Fact]
    public async Task Whoever_only_looks_makes_no_file()
    {
        await using (var store = SqliteStateStore.Open(FilePath))
        {
            Assert.Null(await store.GetAsync("job", "1"));
            Assert.Empty(await store.ListAsync("job"));
        }

        Assert.Empty(Directory.GetFileSystemEntries(_directory));
    }

    [Fact]
    public async Task A_store_that_found_no_file_sees_the_one_that_another_makes()
    {
        await using var early = SqliteStateStore.Open(FilePath);
        Assert.Empty(await early.ListAsync("job"));
        await using var writer = SqliteStateStore.Open(FilePath);
        Assert.True(await writer.TryCommitAsync([Add("job", "1")]));
        Assert.Single(await early.ListAsync("job"));
    }

    [Fact]
    public async Task Many_stores_that_make_the_file_at_once_make_one()
    {
        for (var round = 0; round < 10; round++)
        {
            var path = Path.Combine(_directory, $"{round}", "state.db");
            var won = await Task.WhenAll(Enumerable.Range(0, 8).Select(async racer =>
            {
                await using var store = SqliteStateStore.Open(path);
                return await store.TryCommitAsync([Add("own", $"{racer}"), Add("race", "1")])
                    || !await store.TryCommitAsync([Add("own", $"{racer}")]);
            }));
            Assert.Single(won, yes => yes);
            await using var last = SqliteStateStore.Open(path);
            Assert.Equal(8, (await last.ListAsync("own")).Count);
        }
    }

    [Fact]
    public async Task Commits_are_flushed_and_readers_do_not_wait_for_writers()
    {
        await using (var store = SqliteStateStore.Open(FilePath))
            await store.TryCommitAsync([Add("job", "1")]);
        using var writer = Connect();
        Assert.Equal("wal", writer.QueryText("PRAGMA journal_mode"));
        writer.Execute("BEGIN IMMEDIATE");
        await using var reader = SqliteStateStore.Open(FilePath);
        Assert.Single(await reader.ListAsync("job"));
    }

    [Fact]
    public async Task A_writer_waits_for_another_and_then_goes_on()
    {
        await using var store = SqliteStateStore.Open(FilePath);
        await store.TryCommitAsync([Add("job", "1")]);
        using var writer = Connect();
        writer.Execute("BEGIN IMMEDIATE");
        var waiting = store.TryCommitAsync([Add("job", "2")]).AsTask();
        Assert.False(waiting.IsCompleted);
        writer.Execute("COMMIT");
        Assert.True(await waiting);
    }

    [Fact]
    public async Task Waiting_for_a_lock_can_be_cancelled()
    {
        await using var store = SqliteStateStore.Open(FilePath);
        await store.TryCommitAsync([Add("job", "1")]);
        using var writer = Connect();
        writer.Execute("BEGIN IMMEDIATE");
        using var source = new CancellationTokenSource();
        var waiting = store.TryCommitAsync([Add("job", "2")], source.Token).AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        writer.Execute("ROLLBACK");
        Assert.Null(await store.GetAsync("job", "2"));
    }

    [Fact]
    public async Task A_database_that_is_no_state_file_is_refused_and_left_as_it_is()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        using (var other = Connect())
            other.Execute("CREATE TABLE accounts (id INTEGER PRIMARY KEY)");
        var before = await File.ReadAllBytesAsync(FilePath);
        await Cluster.RefusedAsync(SqlStates.InvalidParameterValue, OpenAndCommitAsync);
        Assert.Equal(before, await File.ReadAllBytesAsync(FilePath));
    }

    [Fact]
    public async Task A_newer_state_file_is_refused_and_left_as_it_is()
    {
        await OpenAndCommitAsync();
        using (var newer = Connect())
            newer.Execute("PRAGMA user_version=2");
        var error = await Cluster.RefusedAsync(SqlStates.UnsupportedFormat, OpenAndCommitAsync);
        Assert.Contains("2", error.Detail, StringComparison.Ordinal);
        Assert.Contains(FilePath, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_called_damaged()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        await File.WriteAllTextAsync(FilePath, string.Concat(Enumerable.Repeat("not a database. ", 500)));
        var error = await Cluster.RefusedAsync(SqlStates.DataCorrupted, OpenAndCommitAsync);
        Assert.Contains(FilePath, error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.Hint);
    }

    [Fact]
    public async Task A_damaged_page_is_reported_and_never_read_as_something_else()
    {
        await using (var store = SqliteStateStore.Open(FilePath))
        {
            for (var i = 0; i < 200; i++)
                await store.TryCommitAsync([Add("job", $"{i}", 500)]);
        }

        var bytes = await File.ReadAllBytesAsync(FilePath);
        bytes.AsSpan(4096, 3 * 4096).Fill(0xA5);
        await File.WriteAllBytesAsync(FilePath, bytes);
        await Cluster.RefusedAsync(SqlStates.DataCorrupted, async () =>
        {
            await using var store = SqliteStateStore.Open(FilePath);
            await store.ListAsync("job");
        });
    }

    [Fact]
    public async Task A_closed_store_answers_no_more()
    {
        var store = SqliteStateStore.Open(FilePath);
        await store.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.ListAsync("job"));
        await store.DisposeAsync();
    }

    [Fact]
    public async Task Two_processes_that_count_in_one_file_lose_nothing()
    {
        const int times = 300;
        var processes = new[] { "shared", "shared", "alone" }
            .Select(key => ChildProgram.Start("count", FilePath, key, times.ToString(CultureInfo.InvariantCulture))).ToList();
        await StateWriters.CountAsync(FilePath, "shared", times);
        foreach (var process in processes)
        {
            await process.WaitForExitAsync();
            Assert.Equal(0, process.ExitCode);
            process.Dispose();
        }

        await using var store = SqliteStateStore.Open(FilePath);
        Assert.Equal(3 * times, StateWriters.NumberIn((await store.GetAsync("counter", "shared"))!));
        Assert.Equal(times, StateWriters.NumberIn((await store.GetAsync("counter", "alone"))!));
    }

    [Fact]
    public async Task A_writer_that_is_killed_leaves_whole_commits_and_every_one_that_it_was_told_of()
    {
        var random = new Random(1);
        for (var round = 0; round < 15; round++)
        {
            var told = 0;
            using (var writer = ChildProgram.Start("write", FilePath))
            {
                for (var lines = random.Next(1, 60); lines > 0; lines--)
                    told = int.Parse((await writer.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
                writer.Kill();
                foreach (var line in (await writer.StandardOutput.ReadToEndAsync()).Split('\n')[..^1])
                    told = int.Parse(line, CultureInfo.InvariantCulture);
                await writer.WaitForExitAsync();
            }

            await using var store = SqliteStateStore.Open(FilePath);
            var group = await store.ListAsync("group");
            Assert.Equal(StateWriters.Group, group.Select(entry => entry.Key));
            var number = Assert.Single(group.Select(StateWriters.NumberIn).Distinct());
            Assert.InRange(number, told, told + 1);
            Assert.All(group, entry => Assert.Equal(number, entry.Version));
            using var connection = Connect();
            Assert.Equal("ok", connection.QueryText("PRAGMA integrity_check"));
        }
    }

    [Fact]
    public async Task A_process_that_is_killed_while_it_makes_the_file_leaves_none_or_a_whole_one()
    {
        for (var round = 0; round < 8; round++)
        {
            var directory = Path.Combine(_directory, $"round{round}");
            Directory.CreateDirectory(directory);
            using (var maker = ChildProgram.Start("make", directory))
            {
                for (var lines = 1 + (3 * round); lines > 0; lines--)
                    await maker.StandardOutput.ReadLineAsync();
                maker.Kill();
                await maker.WaitForExitAsync();
            }

            foreach (var made in Directory.GetDirectories(directory))
            {
                await using var store = SqliteStateStore.Open(Path.Combine(made, "state.db"));
                Assert.Contains((await store.ListAsync("group")).Count, new[] { 0, StateWriters.Group.Length });
                Assert.True(await store.TryCommitAsync([Add("job", "1")]));
            }
        }
    }

    private static StateChange Add(string kind, string key, int length = 2) => new(kind, key, 0, new byte[length]);

    private async Task OpenAndCommitAsync()
    {
        await using var store = SqliteStateStore.Open(FilePath);
        await store.TryCommitAsync([Add("job", "1")]);
    }

    private Connection Connect() =>
        Connection.Open(FilePath, "state", OpenMode.Create, TimeSpan.FromSeconds(5), NativeApi.Instance);
}
