using System.Text.Json;

namespace Backup.Sql.Repl.Tests.Commands;

/// <summary>The tool on a SQLite file, from the command line.</summary>
public sealed class ShellCommandTests : IDisposable
{
    private const string Make =
        "CREATE TABLE till (id INTEGER PRIMARY KEY, note TEXT); INSERT INTO till VALUES (1, 'a'), (2, NULL)";

    private readonly string _directory = Directory.CreateTempSubdirectory("backupsql-tool-").FullName;

    public ShellCommandTests() => File.WriteAllBytes(Path.Combine(_directory, "shop.db"), []);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Scripts_run_in_the_order_given_and_statements_reach_the_database()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, "make.sql"), Make);

        var run = await RunAsync(
            "-c", "SELECT 1 AS one", "-f", "make.sql", "-c", "SELECT * FROM till; SELECT 2 AS two");

        Assert.Equal("", run.Errors);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains(
            """
             id | note
            ----+------
              1 | a
              2 | NULL
            (2 rows)
            """,
            run.Output);
        Assert.Equal([" one", " id | note", " two"], run.Lines.Where(line => line is " one" or " id | note" or " two"));
    }

    [Fact]
    public async Task A_database_is_backed_up_and_restored_under_another_name()
    {
        var run = await RunAsync(
            "-c", Make,
            "-c", "BACKUP DATABASE shop INTO 'nodelocal://self/b'",
            "-c", "RESTORE DATABASE shop FROM LATEST IN 'nodelocal://self/b' WITH new_db_name = 'again'",
            "-c", "\\c again\nSELECT count(*) AS n FROM till");

        Assert.Equal("", run.Errors);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains(" succeeded ", run.Output);
        Assert.EndsWith(" n\n---\n 2\n(1 row)\nOK\n", run.Output);
        Assert.True(File.Exists(Path.Combine(_directory, "again.db")));
    }

    [Fact]
    public async Task Csv_and_json_print_rows_and_nothing_else()
    {
        await RunAsync("-c", Make);

        var csv = await RunAsync("--format", "csv", "-c", "SELECT * FROM till; DELETE FROM till WHERE id = 9");
        var json = await RunAsync(
            "--format", "json", "-c", "BACKUP DATABASE shop INTO 'nodelocal://self/b'; SELECT * FROM till");

        Assert.Equal("id,note\n1,a\n2,\n", csv.Output);
        Assert.Equal(2, json.Lines.Length);
        var backup = JsonDocument.Parse(json.Lines[0]).RootElement[0];
        Assert.Equal("succeeded", backup.GetProperty("status").GetString());
        Assert.Equal("[{\"id\":1,\"note\":\"a\"},{\"id\":2,\"note\":null}]", json.Lines[1]);
    }

    [Fact]
    public async Task The_first_failure_ends_a_script_with_exit_code_1_and_shows_the_place()
    {
        await File.WriteAllTextAsync(
            Path.Combine(_directory, "bad.sql"),
            "SELECT 1;\n\nBACKUP DATABASE shop INOT 'nodelocal://self/b';\nSELECT 2;");

        var run = await RunAsync("--format", "csv", "-f", "bad.sql");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal("1\n1\n", run.Output);
        Assert.Contains("error 42601 in bad.sql, line 3, column 22: ", run.Errors);
        Assert.Contains("  BACKUP DATABASE shop INOT 'nodelocal://self/b'\n", run.Errors);
        Assert.Contains("^", run.Errors);
        Assert.Contains("hint: ", run.Errors);
    }

    [Fact]
    public async Task An_error_of_the_database_is_an_error_of_the_tool()
    {
        var run = await RunAsync("-c", "SELECT * FROM nowhere");

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("error ", run.Errors);
        Assert.Contains("nowhere", run.Errors);
        Assert.DoesNotContain(" at Backup.Sql", run.Errors);
    }

    [Fact]
    public async Task A_location_outside_the_root_is_refused()
    {
        var run = await RunAsync("-c", "BACKUP DATABASE shop INTO 'nodelocal://self/../outside'");

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("error ", run.Errors);
    }

    [Fact]
    public async Task Redirected_input_is_a_script()
    {
        var run = await ToolProcess.RunInAsync(
            _directory,
            Make + ";\n\\d\nSELECT count(*) AS n\n FROM till;\nnonsense;\nSELECT 1;",
            "--db",
            "shop=sqlite:shop.db");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(" till | table\n", run.Output);
        Assert.Contains(" n\n---\n 2\n", run.Output);
        Assert.DoesNotContain("shop>", run.Output);
        Assert.Contains("error ", run.Errors);
    }

    [Fact]
    public async Task A_trigger_with_semicolons_is_one_statement()
    {
        var run = await RunAsync(
            "-c", Make,
            "-c", "CREATE TRIGGER t AFTER INSERT ON till BEGIN DELETE FROM till WHERE id = 1; DELETE FROM till "
                + "WHERE id = 2; END; INSERT INTO till VALUES (3, 'c'); SELECT group_concat(id) AS ids FROM till");

        Assert.Equal("", run.Errors);
        Assert.Contains(" ids\n-----\n", run.Output);
        Assert.Contains("3", run.Lines[^3]);
    }

    [Fact]
    public async Task A_directory_is_a_cluster_and_commands_choose_the_database()
    {
        File.WriteAllBytes(Path.Combine(_directory, "stock.db"), []);

        var run = await ToolProcess.RunInAsync(
            _directory, "", "--dir", ".", "--format", "csv", "-c", "\\l", "-c", "\\c stock\n\\l");

        Assert.Equal(
            ["database,current", "shop,false", "stock,false", "database,current", "shop,false", "stock,true"],
            run.Lines);
    }

    [Fact]
    public async Task Unknown_options_are_usage_errors()
    {
        var run = await RunAsync("--nonsense");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("--nonsense", run.Errors);
    }

    [Fact]
    public async Task Backups_are_listed_by_ids_where_that_is_wanted()
    {
        const string Show = "SHOW BACKUPS IN 'nodelocal://self/b' WITH REVISION START TIME";
        Assert.Equal(0, (await RunAsync("-c", "BACKUP DATABASE shop INTO 'nodelocal://self/b'")).ExitCode);
        var refused = await RunAsync("-c", Show);
        Assert.Contains("REVISION START TIME needs use_backups_with_ids", refused.Errors, StringComparison.Ordinal);

        var listed = await RunAsync("--ids", "--format", "csv", "-c", Show);

        Assert.Equal("id,backup_time,revision_start_time,verified", listed.Lines[0]);
        Assert.Equal(2, listed.Lines.Length);
    }

    private Task<ToolRun> RunAsync(params string[] arguments) =>
        ToolProcess.RunInAsync(_directory, "", ["--db", "shop=sqlite:shop.db", .. arguments]);
}
