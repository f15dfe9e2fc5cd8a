using System.Globalization;
using Backup.Sql.Diagnostics;
using Backup.Sql.State;
using Backup.Sql.TestKit.StateContract;
using Backup.Sql.TestKit.StorageContract;
using Npgsql;
using Xunit.Abstractions;

namespace Backup.Sql.Postgres.Tests.State;

public sealed class PostgresStateStoreTests(ITestOutputHelper output)
{
    private static int _schemas;

    private readonly string _schema = $"state \"{Interlocked.Increment(ref _schemas)}";

    public static TheoryData<string> Checks => [.. StateStoreConformance.CheckNames];

    [Theory]
    [MemberData(nameof(Checks))]
    public async Task A_state_in_PostgreSQL_keeps_the_obligations_of_a_state_store(string check)
    {
        if (!TestServer.IsInstalled(output))
            return;
        var server = await TestServer.GetAsync();
        var suite = new StateStoreConformance(
            (name, _) => new(PostgresStateStore.Open(server.ConnectionString, name.Split('-')[^1])));
        var result = await suite.RunAsync(check);
        Assert.True(result.Verdict == StoreCheckVerdict.Passed, result.Reason);
    }

    [Fact]
    public async Task What_was_committed_is_there_when_the_state_is_opened_again()
    {
        if (await ConnectAsync() is not { } server)
            return;
        await using (var store = Open(server))
            Assert.True(await store.TryCommitAsync([Add("job", "1")]));
        await using var again = Open(server);
        Assert.Equal(1, (await again.GetAsync("job", "1"))!.Version);
    }

    [Fact]
    public async Task Whoever_only_looks_makes_no_schema_and_sees_the_one_that_another_makes()
    {
        if (await ConnectAsync() is not { } server)
            return;
        await using var early = Open(server);
        Assert.Null(await early.GetAsync("job", "1"));
        Assert.Empty(await early.ListAsync("job"));
        Assert.Equal(0L, await ScalarAsync(server, $"SELECT count(*) FROM pg_namespace WHERE nspname = '{_schema}'"));
        await using var writer = Open(server);
        Assert.True(await writer.TryCommitAsync([Add("job", "1")]));
        Assert.Single(await early.ListAsync("job"));
    }

    [Fact]
    public async Task Many_stores_that_make_the_state_at_once_make_one()
    {
        if (await ConnectAsync() is not { } server)
            return;
        for (var round = 0; round < 5; round++)
        {
            var schema = $"{_schema} {round}";
            var won = await Task.WhenAll(Enumerable.Range(0, 8).Select(async racer =>
            {
                await using var store = PostgresStateStore.Open(server.ConnectionString, schema);
                return await store.TryCommitAsync([Add("own", $"{racer}"), Add("race", "1")])
                    || !await store.TryCommitAsync([Add("own", $"{racer}")]);
            }));
            Assert.Single(won, yes => yes);
            await using var last = PostgresStateStore.Open(server.ConnectionString, schema);
            Assert.Equal(8, (await last.ListAsync("own")).Count);
        }
    }

    [Fact]
    public async Task Many_writers_of_several_stores_lose_no_update()
    {
        if (await ConnectAsync() is not { } server)
            return;
        const int times = 40;
        var stores = Enumerable.Range(0, 4).Select(_ => Open(server)).ToList();
        await Task.WhenAll(stores.SelectMany(store => Enumerable.Range(0, 3).Select(
            writer => StateWriters.CountAsync(store, writer == 0 ? "shared" : $"{writer}", times))));
        foreach (var (key, writers) in new[] { ("shared", 4), ("1", 4), ("2", 4) })
        {
            var entry = (await stores[0].GetAsync("counter", key))!;
            Assert.Equal((writers * times, writers * times), (StateWriters.NumberIn(entry), (int)entry.Version));
        }

        foreach (var store in stores)
            await store.DisposeAsync();
        Assert.InRange((long)(await ScalarAsync(server, $"SELECT count(*) FROM {Table("state_commit")}"))!, 1, 12);
    }

    /// <summary>Each expects that the entry of the other is not there: locks of rows alone would let both in.</summary>
    [Fact]
    public async Task Of_two_that_each_expect_the_others_absence_one_wins()
    {
        if (await ConnectAsync() is not { } server)
            return;
        await using var one = Open(server);
        await using var other = Open(server);
        for (var round = 0; round < 50; round++)
        {
            var won = await Task.WhenAll(
                one.TryCommitAsync([Add("a", $"{round}"), new("b", $"{round}", 0, null)]).AsTask(),
                other.TryCommitAsync([Add("b", $"{round}"), new("a", $"{round}", 0, null)]).AsTask());
            Assert.Single(won, yes => yes);
        }
    }

    [Fact]
    public async Task Processes_that_count_in_one_state_lose_nothing()
    {
        if (await ConnectAsync() is not { } server)
            return;
        const int times = 100;
        var processes = new[] { "shared", "shared", "alone" }.Select(key => ChildProgram.Start(
            "count", server.ConnectionString, _schema, key, times.ToString(CultureInfo.InvariantCulture))).ToList();
        await using var store = Open(server);
        await StateWriters.CountAsync(store, "shared", times);
        foreach (var process in processes)
        {
            await process.WaitForExitAsync();
            Assert.Equal(0, process.ExitCode);
            process.Dispose();
        }

        Assert.Equal(3 * times, StateWriters.NumberIn((await store.GetAsync("counter", "shared"))!));
        Assert.Equal(times, StateWriters.NumberIn((await store.GetAsync("counter", "alone"))!));
    }

    [Fact]
    public async Task A_writer_that_is_killed_leaves_whole_commits_and_every_one_that_it_was_told_of()
    {
        if (await ConnectAsync() is not { } server)
            return;
        var random = new Random(1);
        for (var round = 0; round < 6; round++)
        {
            var told = 0;
            using (var writer = ChildProgram.Start("write", server.ConnectionString, _schema))
            {
                for (var lines = random.Next(1, 60); lines > 0; lines--)
                    told = int.Parse((await writer.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
                writer.Kill();
                foreach (var line in (await writer.StandardOutput.ReadToEndAsync()).Split('\n')[..^1])
                    told = int.Parse(line, CultureInfo.InvariantCulture);
                await writer.WaitForExitAsync();
            }

            await using var store = Open(server);
            var group = await store.ListAsync("group");
            Assert.Equal(StateWriters.Group, group.Select(entry => entry.Key));
            var number = Assert.Single(group.Select(StateWriters.NumberIn).Distinct());
            Assert.InRange(number, told, told + 1);
            Assert.All(group, entry => Assert.Equal(number, entry.Version));
        }
    }

    [Fact]
    public async Task Whoever_waits_for_a_lock_can_be_cancelled_and_has_changed_nothing()
    {
        if (await ConnectAsync() is not { } server)
            return;
        await using var store = Open(server);
        await store.TryCommitAsync([Add("job", "1")]);
        await using var connection = new NpgsqlConnection(server.ConnectionString + ";Database=postgres");
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand($"SELECT * FROM {Table("state_entry")} FOR UPDATE", connection))
            await command.ExecuteNonQueryAsync();
        using var source = new CancellationTokenSource();
        var waiting = store.TryCommitAsync([new("job", "1", 1, new byte[1]), Add("job", "2")], source.Token).AsTask();
        await Task.Delay(200);
        Assert.False(waiting.IsCompleted);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await transaction.RollbackAsync();
        Assert.Single(await store.ListAsync("job"));
    }

    [Fact]
    public async Task A_schema_with_something_else_is_refused_and_left_as_it_is()
    {
        if (await ConnectAsync() is not { } server)
            return;
        await server.RunSqlAsync(
            "postgres", $"CREATE SCHEMA {Quoted()}", $"CREATE TABLE {Table("state_entry")} (id integer)");
        await RefusedAsync(SqlStates.InvalidParameterValue, server);
        Assert.Equal(1L, await ScalarAsync(server, $"SELECT count(*) FROM pg_tables WHERE schemaname = '{_schema}'"));
    }

    [Fact]
    public async Task A_newer_state_is_refused()
    {
        if (await ConnectAsync() is not { } server)
            return;
        await using (var store = Open(server))
            await store.TryCommitAsync([Add("job", "1")]);
        await server.RunSqlAsync("postgres", $"UPDATE {Table("state_format")} SET version = 2");
        var error = await RefusedAsync(SqlStates.UnsupportedFormat, server);
        Assert.Contains("2", error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_without_rights_is_told_what_it_needs()
    {
        if (await ConnectAsync() is not { } server)
            return;
        await server.RunSqlAsync("postgres", $"CREATE ROLE {Quoted()} LOGIN");
        var builder = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Username = _schema };
        await using var store = PostgresStateStore.Open(builder.ConnectionString, _schema);
        var error = await Assert.ThrowsAsync<BackupSqlException>(async () => await store.TryCommitAsync([Add("job", "1")]));
        Assert.Equal(SqlStates.InsufficientPrivilege, error.SqlState);
        Assert.Contains("schema", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_was_never_there_is_told_at_once()
    {
        await using var store = PostgresStateStore.Open("Host=127.0.0.1;Port=1;Username=u;Password=MARKER");
        var error = await Assert.ThrowsAsync<BackupSqlException>(async () => await store.GetAsync("job", "1"));
        Assert.Equal(SqlStates.IoError, error.SqlState);
        Assert.DoesNotContain("MARKER", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host=a;Nonsense=MARKER")]
    [InlineData("Host=a;Password=x;MARKER")]
    [InlineData("Host=a;Port=MARKER")]
    [InlineData("Username=MARKER")]
    public void A_connection_string_that_cannot_be_read_is_refused_and_not_repeated(string connectionString)
    {
        var error = Assert.Throws<BackupSqlException>(() => PostgresStateStore.Open(connectionString));
        Assert.Equal(SqlStates.InvalidParameterValue, error.SqlState);
        Assert.DoesNotContain("MARKER", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_closed_store_answers_no_more()
    {
        if (await ConnectAsync() is not { } server)
            return;
        var store = Open(server);
        await store.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.ListAsync("job"));
        await store.DisposeAsync();
    }

    private static StateChange Add(string kind, string key) => new(kind, key, 0, new byte[2]);

    private static async Task<object?> ScalarAsync(TestServer server, string sql)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString + ";Database=postgres");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    private async Task<TestServer?> ConnectAsync() =>
        TestServer.IsInstalled(output) ? await TestServer.GetAsync() : null;

    private PostgresStateStore Open(TestServer server) => PostgresStateStore.Open(server.ConnectionString, _schema);

    private string Quoted() => $"\"{_schema.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private string Table(string name) => $"{Quoted()}.{name}";

    private async Task<BackupSqlException> RefusedAsync(string state, TestServer server)
    {
        await using var store = Open(server);
        var error = await Assert.ThrowsAsync<BackupSqlException>(async () => await store.TryCommitAsync([Add("job", "9")]));
        Assert.Equal(state, error.SqlState);
        error = await Assert.ThrowsAsync<BackupSqlException>(async () => await store.ListAsync("job"));
        Assert.Equal(state, error.SqlState);
        return error;
    }
}
