using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Postgres.Catalog;
using Backup.Sql.Postgres.Connections;
using Backup.Sql.Postgres.Restore;
using Xunit.Abstractions;

namespace Backup.Sql.Postgres.Tests;

/// <summary>Definitions of everything, through catalog and restore, compared by pg_dump.</summary>
public sealed class SchemaRestoreTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_new_database_has_the_same_schema()
    {
        if (!TestServer.IsInstalled(output))
            return;
        var test = await TestServer.GetAsync();
        var schema = await MakeSampleAsync(test, "schema_source");

        var notices = await RestoreAsync(test, schema, "schema_copy", _ => true, isNew: true);

        Assert.Empty(notices);
        Assert.Equal(await Dump.SchemaAsync(test, "schema_source"), await Dump.SchemaAsync(test, "schema_copy"));
    }

    [Fact]
    public async Task Settings_rights_and_roles_of_a_database_come_along()
    {
        if (!TestServer.IsInstalled(output))
            return;
        var test = await TestServer.GetAsync();
        await test.RunSqlAsync(
            "postgres", SampleSchema.Roles,
            "CREATE DATABASE settings_source TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' CONNECTION LIMIT 77",
            "ALTER DATABASE settings_source SET work_mem = '64MB'",
            "ALTER DATABASE settings_source SET search_path = app, \"Odd \"\" Name\", public",
            "ALTER ROLE shop_clerk IN DATABASE settings_source SET statement_timeout = '5min'",
            "COMMENT ON DATABASE settings_source IS 'of settings'",
            "GRANT CREATE ON DATABASE settings_source TO shop_clerk",
            "REVOKE CONNECT ON DATABASE settings_source FROM PUBLIC",
            "ALTER DATABASE settings_source OWNER TO shop_owner");
        await test.RunSqlAsync("settings_source", "DROP SCHEMA public", "DROP EXTENSION plpgsql");
        var schema = await ReadAsync(test, "settings_source");

        await RestoreAsync(test, schema, "settings_copy", _ => true, isNew: true);

        Assert.Equal(
            await Dump.SchemaAsync(test, "settings_source", "--create"), await Dump.SchemaAsync(test, "settings_copy", "--create"));
    }

    [Fact]
    public async Task Tables_go_into_a_database_that_has_some_of_that_name()
    {
        if (!TestServer.IsInstalled(output))
            return;
        var test = await TestServer.GetAsync();
        var schema = await MakeSampleAsync(test, "tables_source");
        var before = await Dump.SchemaAsync(test, "tables_source", "-t", "app.film", "-t", "app.payment*");

        var notices = await RestoreAsync(
            test, schema, "tables_source",
            o => o is TableDescriptor { Name: "film" or "payment" } or SequenceDescriptor { Name: "codes" },
            isNew: false,
            o => o with { Name = o.Name + "_again" });

        output.WriteLine(string.Join('\n', notices));
        Assert.Equal(before, await Dump.SchemaAsync(test, "tables_source", "-t", "app.film", "-t", "app.payment", "-t", "app.payment_2*", "-t", "app.payment_default"));
        var again = await Dump.SchemaAsync(test, "tables_source", "-t", "app.film_again", "-t", "app.payment_again*");
        Assert.Contains("PARTITION app.payment_again_2026_big FOR VALUES IN ('300', '400')", again, StringComparison.Ordinal);
        Assert.Contains("ADD CONSTRAINT film_title_key_1 UNIQUE (title)", again, StringComparison.Ordinal);
        Assert.Contains("REFERENCES app.film_again(film_id)", again, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RETURNS text LANGUAGE sql AS 'SELECT 1'; CREATE ROLE hostile SUPERUSER; --")]
    [InlineData("() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE ROLE hostile SUPERUSER; --")]
    public async Task A_definition_that_holds_more_than_one_statement_is_refused(string definition)
    {
        if (!TestServer.IsInstalled(output))
            return;
        var test = await TestServer.GetAsync();
        var function = new FunctionDescriptor
        {
            Id = 1, Database = "d", Schema = "public", Name = "f()",
            Properties = DefinitionJson.PropertiesOf(new FunctionDefinition
            {
                Name = "f", Kind = "FUNCTION", Arguments = "", Definition = definition,
            }),
        };
        var schema = new PostgresSchema(new DatabaseDescriptor { Id = 2, Database = "d", Name = "d" }, [function]);

        var error = await Assert.ThrowsAsync<BackupSqlException>(
            () => RestoreAsync(test, schema, "hostile_copy", o => o is FunctionDescriptor, isNew: true));

        Assert.Contains(error.SqlState, new[] { SqlStates.DataCorrupted, SqlStates.ObjectNotInState });
        await test.RunSqlAsync("postgres", "DO $$ BEGIN ASSERT NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'hostile'); END $$");
    }

    [Fact]
    public async Task What_a_dead_process_left_goes_with_the_next_restore()
    {
        if (!TestServer.IsInstalled(output))
            return;
        var test = await TestServer.GetAsync();
        var options = new PostgresEngineOptions { ConnectionString = test.ConnectionString };
        await test.RunSqlAsync("postgres", "CREATE DATABASE backupsql_restore_dead_0123456789ab");
        var live = await BeginAsync(options, "alive");
        await using (live)
        {
            await live.CreateAsync([]);
            await live.CompleteAsync();
            await using var next = await BeginAsync(options, "next");

            Assert.Equal(["backupsql_restore_alive_"], await StagedAsync(options));
        }

        Assert.Empty(await StagedAsync(options));
    }

    private static async Task<List<string>> StagedAsync(PostgresEngineOptions options)
    {
        await using var connection = await new PostgresServer(options).OpenAsync("postgres", CancellationToken.None);
        var rows = await connection.QueryAsync(
            "SELECT datname::text FROM pg_database WHERE starts_with(datname, 'backupsql_restore_')", CancellationToken.None);
        return [.. rows.Select(row => (string)row[0]!).Where(name => name.Contains("dead") || name.Contains("alive")).Select(name => name[..24])];
    }

    private static ValueTask<PostgresRestore> BeginAsync(PostgresEngineOptions options, string id) => PostgresRestore.BeginAsync(
        new RestoreRequest { Id = id, NewDatabases = [id + "_database"] },
        new PostgresServer(options), new DatabaseNames(options), options, CancellationToken.None);

    private static async Task<IReadOnlyList<string>> RestoreAsync(
        TestServer test, PostgresSchema schema, string into, Func<ObjectDescriptor, bool> choose, bool isNew,
        Func<ObjectDescriptor, ObjectDescriptor>? change = null)
    {
        var options = new PostgresEngineOptions { ConnectionString = test.ConnectionString };
        var request = new RestoreRequest { Id = "schema", NewDatabases = isNew ? [into] : [] };
        await using var restore = await PostgresRestore.BeginAsync(
            request, new PostgresServer(options), new DatabaseNames(options), options, CancellationToken.None);
        change ??= o => o;
        var chosen = schema.Objects.Prepend(schema.Database).Where(choose).ToList();
        var renamed = chosen.ToDictionary(o => o.Name, o => change(o).Name);
        await restore.CreateAsync([.. chosen.Select(o => new ObjectRestore(o, Renamed(change(o)) with
        {
            Database = into, Name = o is DatabaseDescriptor ? into : change(o).Name,
        })
        { SourceEngine = "postgres" })]);
        await restore.CompleteAsync();
        await restore.PublishAsync();
        return restore.Notices;

        ObjectDescriptor Renamed(ObjectDescriptor o) => o is not TableDescriptor table ? o : table with
        {
            ForeignKeys = [.. table.ForeignKeys.Select(key => key with
            {
                ReferencedTable = renamed.GetValueOrDefault(key.ReferencedTable, key.ReferencedTable),
            })],
        };
    }

    private static async Task<PostgresSchema> MakeSampleAsync(TestServer test, string database)
    {
        await test.RunSqlAsync("postgres", SampleSchema.Roles, $"CREATE DATABASE {database} TEMPLATE template0");
        await test.RunSqlAsync(database, [.. SampleSchema.Statements]);
        return await ReadAsync(test, database);
    }

    private static async Task<PostgresSchema> ReadAsync(TestServer test, string database)
    {
        var server = new PostgresServer(new PostgresEngineOptions { ConnectionString = test.ConnectionString });
        await using var connection = await server.OpenAsync(database, CancellationToken.None);
        await connection.ExecuteAsync("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", CancellationToken.None);
        return await SchemaReader.ReadAsync(connection, database, CancellationToken.None);
    }
}
