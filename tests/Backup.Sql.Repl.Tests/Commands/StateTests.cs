namespace Backup.Sql.Repl.Tests.Commands;

/// <summary>What the tool keeps from one run to the next.</summary>
public sealed class StateTests : IDisposable
{
    private const string Backup = "BACKUP DATABASE shop INTO 'nodelocal://self/b'";
    private const string Jobs = "SHOW JOBS";

    private readonly string _directory = Directory.CreateTempSubdirectory("backupsql-tool-").FullName;

    public StateTests() => File.WriteAllBytes(Path.Combine(_directory, "shop.db"), []);

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

    private Task<ToolRun> RunAsync(params string[] arguments) =>
        ToolProcess.RunInAsync(_directory, "", ["--db", "shop=sqlite:shop.db", .. arguments]);
}
