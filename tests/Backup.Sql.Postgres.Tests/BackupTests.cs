using Backup.Sql.Engines;
using Backup.Sql.Sessions;
using Backup.Sql.Storage;
using Npgsql;
using Xunit.Abstractions;

namespace Backup.Sql.Postgres.Tests;

/// <summary>The sample database through BACKUP and RESTORE, compared by pg_dump: definitions and rows.</summary>
public sealed class BackupTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_database_goes_through_full_and_incremental_backup_and_comes_back_the_same()
    {
        if (!TestServer.IsInstalled(output))
            return;
        var test = await TestServer.GetAsync();
        await MakeAsync(test, "backup_shop");
        await using var host = Open(test, "backup_shop", "backup_copy");
        var session = host.OpenSession();
        await session.ExecuteAsync("BACKUP DATABASE backup_shop INTO 'mem://shop'");
        await test.RunSqlAsync(
            "backup_shop",
            "UPDATE app.film SET price = price + 1, title = title || '!' WHERE price > 20",
            "DELETE FROM app.payment WHERE id % 3 = 0",
            "INSERT INTO app.log VALUES ('one', 'me'), ('more', 'you')",
            "CREATE TABLE app.late (id integer PRIMARY KEY, note text)",
            "INSERT INTO app.late VALUES (1, 'late')",
            "SELECT nextval('app.codes')");
        await session.ExecuteAsync("BACKUP DATABASE backup_shop INTO LATEST IN 'mem://shop'");

        await session.ExecuteAsync(
            "RESTORE DATABASE backup_shop FROM LATEST IN 'mem://shop' WITH new_db_name = 'backup_copy'");

        Assert.Equal(await Dump.SchemaAsync(test, "backup_shop"), await Dump.SchemaAsync(test, "backup_copy"));
        Assert.Equal(await Dump.RowsAsync(test, "backup_shop"), await Dump.RowsAsync(test, "backup_copy"));
    }

    [Fact]
    public async Task A_dropped_table_comes_back_alone()
    {
        if (!TestServer.IsInstalled(output))
            return;
        var test = await TestServer.GetAsync();
        await MakeAsync(test, "backup_tables");
        await using var host = Open(test, "backup_tables");
        var session = host.OpenSession();
        await session.ExecuteAsync("BACKUP DATABASE backup_tables INTO 'mem://tables'");
        var (schema, rows) = (await Dump.SchemaAsync(test, "backup_tables"), await Dump.RowsAsync(test, "backup_tables"));
        await test.RunSqlAsync("backup_tables", "DROP TABLE app.booking, app.payment, app.person, app.employee");

        await session.ExecuteAsync(
            "RESTORE TABLE backup_tables.app.booking, backup_tables.app.payment, backup_tables.app.person, "
            + "backup_tables.app.employee FROM LATEST IN 'mem://tables'");

        Assert.Equal(schema, await Dump.SchemaAsync(test, "backup_tables"));
        Assert.Equal(rows, await Dump.RowsAsync(test, "backup_tables"));
    }

    [Fact]
    public async Task A_restore_whose_connections_break_leaves_no_trace()
    {
        if (!TestServer.IsInstalled(output))
            return;
        var test = await TestServer.GetAsync();
        await MakeAsync(test, "backup_broken");
        await test.RunSqlAsync(
            "backup_broken", "INSERT INTO app.log SELECT repeat('x', 200), 'me' FROM generate_series(1, 200000)");
        await using var host = Open(test, "backup_broken", "backup_broken_copy");
        var session = host.OpenSession();
        await session.ExecuteAsync("BACKUP DATABASE backup_broken INTO 'mem://broken'");

        var restore = session.ExecuteAsync(
            "RESTORE DATABASE backup_broken FROM LATEST IN 'mem://broken' WITH new_db_name = 'backup_broken_copy'");
        while (!restore.IsCompleted && await CountAsync(test, Terminate) == 0)
            await Task.Delay(5);
        await Assert.ThrowsAnyAsync<Exception>(() => restore);

        Assert.Equal(0, await CountAsync(test, "SELECT count(*) FROM pg_database WHERE datname LIKE 'backupsql_restore_job%' OR datname = 'backup_broken_copy'"));
    }

    private const string Terminate =
        "SELECT count(*) FROM pg_stat_activity, pg_terminate_backend(pid) WHERE datname LIKE 'backupsql_restore_job%' AND query LIKE 'COPY%'";

    private static async Task<long> CountAsync(TestServer test, string sql)
    {
        var builder = test.For("postgres");
        builder.Pooling = false;
        await using var connection = new NpgsqlConnection(builder.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task MakeAsync(TestServer test, string database)
    {
        await test.RunSqlAsync("postgres", SampleSchema.Roles, $"CREATE DATABASE {database} TEMPLATE template0");
        await test.RunSqlAsync(database, [.. SampleSchema.Statements, .. SampleSchema.Rows]);
    }

    private static BackupHost Open(TestServer test, params string[] databases) => new(new BackupHostOptions
    {
        Engines = new Dictionary<string, IDatabaseEngine>
        {
            ["pg"] = PostgresEngine.Open(new PostgresEngineOptions
            {
                ConnectionString = test.ConnectionString, Databases = databases.ToDictionary(name => name),
            }),
        },
        Stores = [new MemoryObjectStoreProvider()],
    });
}
