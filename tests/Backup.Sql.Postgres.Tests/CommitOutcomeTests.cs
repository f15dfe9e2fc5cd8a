using Backup.Sql.Postgres.Connections;
using Backup.Sql.Postgres.Restore;
using Npgsql;
using Xunit.Abstractions;

namespace Backup.Sql.Postgres.Tests;

/// <summary>A commit whose connection broke before the server could answer.</summary>
public sealed class CommitOutcomeTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_server_is_asked_when_the_transaction_is_over(bool commits)
    {
        if (!TestServer.IsInstalled(output))
            return;
        var test = await TestServer.GetAsync();
        var database = await test.CreateDatabaseAsync("outcome", "SELECT 1");
        var server = new PostgresServer(new PostgresEngineOptions { ConnectionString = test.ConnectionString });
        await using var publishing = await server.OpenAsync(database, CancellationToken.None);
        await publishing.ExecuteAsync("BEGIN", CancellationToken.None);
        await RestoreLog.PublishAsync(publishing, "job7", "first", CancellationToken.None);

        // Asked while the transaction is under way, the answer waits for its end.
        var asked = new CommitOutcome(server, TimeProvider.System).FindAsync(database, "job7", "first").AsTask();
        await Task.Delay(200);
        Assert.False(asked.IsCompleted);
        if (commits)
            await publishing.ExecuteAsync("COMMIT", CancellationToken.None);
        else
            await test.RunSqlAsync("postgres", $"SELECT pg_terminate_backend({publishing.ProcessID})");

        Assert.Equal(commits, await asked);
    }

    [Fact]
    public async Task Of_another_turn_it_says_nothing()
    {
        if (!TestServer.IsInstalled(output))
            return;
        var test = await TestServer.GetAsync();
        var database = await test.CreateDatabaseAsync("outcome", "SELECT 1");
        var server = new PostgresServer(new PostgresEngineOptions { ConnectionString = test.ConnectionString });
        await using (var publishing = await server.OpenAsync(database, CancellationToken.None))
            await RestoreLog.PublishAsync(publishing, "job7", "second", CancellationToken.None);

        Assert.False(await new CommitOutcome(server, TimeProvider.System).FindAsync(database, "job7", "first"));
    }

    [Fact]
    public void What_the_server_refuses_is_no_open_question()
    {
        Assert.False(CommitOutcome.IsOpen(new PostgresException("no", "ERROR", "ERROR", "23505")));
        Assert.True(CommitOutcome.IsOpen(new PostgresException("bye", "FATAL", "FATAL", "57P01")));
        Assert.True(CommitOutcome.IsOpen(new NpgsqlException("broken")));
    }
}
