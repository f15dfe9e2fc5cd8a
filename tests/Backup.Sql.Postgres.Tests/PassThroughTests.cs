using Backup.Sql.Diagnostics;
using Xunit.Abstractions;

namespace Backup.Sql.Postgres.Tests;

public sealed class PassThroughTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Statements_run_and_the_last_rows_come_as_the_server_writes_them()
    {
        if (!TestServer.IsInstalled(output))
            return;
        var test = await TestServer.GetAsync();
        var database = await test.CreateDatabaseAsync("typed");
        await using var engine = PostgresEngine.Open(new()
        {
            ConnectionString = test.ConnectionString,
            Databases = new Dictionary<string, string> { ["shop"] = database },
        });

        var made = await engine.ExecuteAsync("shop", "CREATE TABLE t (a int, b date); INSERT INTO t VALUES (1, '2024-02-29'), (2, NULL)");
        var result = await engine.ExecuteAsync("shop", "SELECT * FROM t ORDER BY a");

        Assert.Equal(2, made.RowsAffected);
        Assert.Equal(["a", "b"], result.Columns);
        Assert.Equal<object?>(["1", "2024-02-29"], result.Rows[0]);
        Assert.Null(result.Rows[1][1]);
        var error = await Assert.ThrowsAsync<BackupSqlException>(
            async () => await engine.ExecuteAsync("shop", "SELECT * FROM nowhere"));
        Assert.Contains("nowhere", error.Detail, StringComparison.Ordinal);
        await Assert.ThrowsAsync<BackupSqlException>(async () => await engine.ExecuteAsync(database, "SELECT 1"));
    }
}
