namespace Backup.Sql.Repl.Tests.Commands;

/// <summary>The tool's users, and the switch that turns rights on.</summary>
public sealed class RightsTests : IDisposable
{
    private const string Backup = "BACKUP DATABASE shop INTO 'nodelocal://self/b'";

    private readonly string _directory = Directory.CreateTempSubdirectory("backupsql-tool-").FullName;

    public RightsTests() => File.WriteAllBytes(Path.Combine(_directory, "shop.db"), []);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Rights_are_off_unless_an_administrator_is_named()
    {
        Assert.Equal(0, (await RunAsync("--user", "clerk", "-c", Backup)).ExitCode);
        var refused = await RunAsync("--user", "clerk", "--admin", "root", "-c", Backup);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("error 42501 at line 1, column 8: user \"clerk\" lacks privilege BACKUP", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("hint: An administrator can give it by: GRANT BACKUP ON DATABASE shop TO clerk", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_administrator_grants_counts_in_later_runs()
    {
        var granted = await RunAsync(
            "--admin", "boss", "--admin", "root", "--user", "boss",
            "-c", "GRANT BACKUP ON DATABASE shop TO clerk; GRANT SYSTEM EXTERNALIOIMPLICITACCESS TO clerk");
        Assert.Equal(0, granted.ExitCode);
        Assert.Equal(0, (await RunAsync("--admin", "boss", "--user", "clerk", "-c", Backup)).ExitCode);
        var jobs = await RunAsync(
            "--admin", "boss", "--user", "boss", "--format", "csv", "-c", "SHOW JOBS SELECT job_id FROM [SHOW JOBS] WHERE user_name = 'clerk'");
        Assert.Equal(2, jobs.Lines.Length);
        Assert.Empty((await RunAsync("--admin", "boss", "--user", "stranger", "--format", "csv", "-c", "SHOW JOBS")).Lines.Skip(1));
    }

    [Theory]
    [InlineData("--user")]
    [InlineData("--admin")]
    public async Task A_name_must_not_be_empty(string option)
    {
        var run = await RunAsync(option, "", "-c", "SHOW JOBS");
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains($"{option} needs a name.", run.Errors, StringComparison.Ordinal);
    }

    private Task<ToolRun> RunAsync(params string[] arguments) =>
        ToolProcess.RunInAsync(_directory, "", ["--db", "shop=sqlite:shop.db", .. arguments]);
}
