using Backup.Sql.Diagnostics;
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
