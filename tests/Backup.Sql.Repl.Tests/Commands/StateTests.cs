using Backup.Sql.Postgres.Tests;
using Xunit.Abstractions;

namespace Backup.Sql.Repl.Tests.Commands;

/// <summary>What the tool keeps from one run to the next.</summary>
public sealed class StateTests(ITestOutputHelper output) : IDisposable
{
    private const string Backup = "BACKUP DATABASE shop INTO 'nodelocal://self/b'";
    private const string Jobs = "SHOW JOBS";

    private readonly string _directory = MakeDirectory();

    private string StatePath => Path.Combine(_directory, ".backupsql", "state.db");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Jobs_of_an_earlier_run_are_listed()
    {
        await RunAsync("-c", Backup);
        Assert.True(File.Exists(StatePath));
        Assert.Contains("succeeded", (await RunAsync("-c", Jobs)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_file_can_be_chosen_or_none()
    {
        await RunAsync("--state", "elsewhere/jobs.db", "-c", Backup);
        await RunAsync("--state", "memory", "-c", Backup);
        Assert.False(File.Exists(StatePath));
        Assert.True(File.Exists(Path.Combine(_directory, "elsewhere", "jobs.db")));
        var run = await RunAsync("--state", "elsewhere/jobs.db", "--format", "csv", "-c", Jobs);
        Assert.Equal(2, run.Lines.Length);
    }

    [Fact]
    public async Task Whoever_only_looks_leaves_no_trace()
    {
        Assert.Equal(0, (await RunAsync("-c", Jobs, "-c", "\\l", "-c", "SELECT 1")).ExitCode);
        Assert.Equal(0, (await ToolProcess.RunInAsync(_directory, Backup, "parse")).ExitCode);
        Assert.Equal(["shop.db"], Directory.GetFileSystemEntries(_directory).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_file_that_is_no_state_file_is_refused()
    {
        await RunAsync("-c", "CREATE TABLE t (a)");
        var run = await RunAsync("--state", "shop.db", "-c", Jobs);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("no state file", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_state_can_be_in_PostgreSQL()
    {
        if (!TestServer.IsInstalled(output))
            return;
        var place = "postgres:" + (await TestServer.GetAsync()).ConnectionString + ";Password=MARKER;Database=template1";
        Assert.Equal(0, (await RunAsync("--state", place, "-c", Backup)).ExitCode);
        Assert.False(File.Exists(StatePath));
        var run = await RunAsync("--state", place, "--format", "csv", "-c", Jobs);
        Assert.Contains("succeeded", Assert.Single(run.Lines[1..]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgres:Host=127.0.0.1;Port=1;Username=u;Password=MARKER")]
    [InlineData("postgres:Host=127.0.0.1;Password=half;MARKER")]
    [InlineData("postgres:MARKER")]
    public async Task A_password_of_the_state_is_never_printed(string place)
    {
        var run = await RunAsync("--state", place, "-c", Jobs);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("state", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("MARKER", run.Errors + run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.GetFiles(_directory, "*", SearchOption.AllDirectories), path =>
            File.ReadAllText(path).Contains("MARKER", StringComparison.Ordinal));
    }

    private static string MakeDirectory()
    {
        var directory = Directory.CreateTempSubdirectory("backupsql-tool-").FullName;
        File.WriteAllBytes(Path.Combine(directory, "shop.db"), []);
        return directory;
    }

    private Task<ToolRun> RunAsync(params string[] arguments) =>
        ToolProcess.RunInAsync(_directory, "", ["--db", "shop=sqlite:shop.db", .. arguments]);
}
