using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Postgres.Connections;
using Xunit.Abstractions;

namespace Backup.Sql.Postgres.Tests;

public sealed class ServerTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_connection_has_settings_of_its_own()
    {
        if (!TestServer.IsInstalled(output))
            return;
        var test = await TestServer.GetAsync();
        var server = new PostgresServer(new PostgresEngineOptions { ConnectionString = test.ConnectionString });

        await using var connection = await server.OpenAsync("postgres", CancellationToken.None);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT current_setting('search_path') || '|' || current_setting('datestyle')";

        Assert.Equal("|ISO, YMD", await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task A_borrowed_connection_keeps_nothing_of_its_last_use()
    {
        if (!TestServer.IsInstalled(output))
            return;
        var test = await TestServer.GetAsync();
        await using var server = new PostgresServer(new PostgresEngineOptions { ConnectionString = test.ConnectionString });
        int process;
        await using (var first = await server.BorrowAsync("postgres", CancellationToken.None))
        {
            process = first.ProcessID;
            await first.ExecuteAsync(
                "SET work_mem = '77MB'; SET search_path = public; BEGIN; CREATE TEMP TABLE left_behind ()", CancellationToken.None);
        }

        await using var second = await server.BorrowAsync("postgres", CancellationToken.None);
        var rows = await second.QueryAsync(
            "SELECT current_setting('work_mem') <> '77MB', current_setting('search_path'), to_regclass('pg_temp.left_behind') IS NULL",
            CancellationToken.None);

        Assert.Equal(process, second.ProcessID);
        Assert.Equal([true, "", true], rows[0]);
    }

    [Fact]
    public async Task Connections_that_the_server_ended_fail_nobody()
    {
        if (!TestServer.IsInstalled(output))
            return;
        var test = await TestServer.GetAsync();
        var database = await test.CreateDatabaseAsync("ended");
        await using var server = new PostgresServer(new PostgresEngineOptions { ConnectionString = test.ConnectionString });
        var first = await server.BorrowAsync(database, CancellationToken.None);
        var other = await server.BorrowAsync(database, CancellationToken.None);
        await first.DisposeAsync();
        await other.DisposeAsync();
        await test.RunSqlAsync(
            "postgres", $"SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{database}'");

        await using var connection = await server.BorrowAsync(database, CancellationToken.None);

        Assert.Equal(1, (await connection.QueryAsync("SELECT 1", CancellationToken.None))[0][0]);
    }

    [Fact]
    public async Task Nobody_has_to_wait_for_what_a_backup_has_left()
    {
        if (!TestServer.IsInstalled(output))
            return;
        var test = await TestServer.GetAsync();
        var database = await test.CreateDatabaseAsync("left", "CREATE TABLE public.t (id int PRIMARY KEY)");
        await using var engine = PostgresEngine.Open(new PostgresEngineOptions { ConnectionString = test.ConnectionString });
        var snapshot = await engine.OpenSnapshotAsync(new SnapshotRequest { Databases = [database] });
        await snapshot.Catalog.GetObjectsAsync(database);
        await snapshot.DisposeAsync();
        await using (var catalog = await engine.OpenCatalogAsync(null))
            await catalog.GetObjectsAsync(database);

        // The server itself waits for some seconds until those who are there are gone.
        await test.RunSqlAsync("postgres", $"ALTER DATABASE {database} RENAME TO {database}_renamed", $"DROP DATABASE {database}_renamed");

        Assert.DoesNotContain(database, await test.DatabasesAsync());
    }

    [Fact]
    public void A_connection_string_that_cannot_be_read_is_not_repeated()
    {
        var error = Assert.Throws<BackupSqlException>(
            () => new PostgresServer(new PostgresEngineOptions { ConnectionString = "Host=a;Password=x;MARKER=1" }));

        Assert.DoesNotContain("MARKER", error.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_database_that_is_not_there_is_named()
    {
        if (!TestServer.IsInstalled(output))
            return;
        var test = await TestServer.GetAsync();
        var server = new PostgresServer(new PostgresEngineOptions { ConnectionString = test.ConnectionString });

        var error = await Assert.ThrowsAsync<BackupSqlException>(
            async () => await server.OpenAsync("nowhere", CancellationToken.None));

        Assert.Equal(SqlStates.UndefinedDatabase, error.SqlState);
    }
}
