using Backup.Sql.Repl.Demo;

namespace Backup.Sql.Repl.Tests.Commands;

public sealed class DemoCommandTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("backupsql-demo-test-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task The_demo_restores_what_it_destroyed_and_proves_it()
    {
        var work = Path.Combine(_directory, "new");

        var run = await ToolProcess.RunAsync("demo", "--dir", work);

        Assert.Equal("", run.Errors);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("bank> DROP TABLE transfers;\n", run.Output);
        Assert.Contains("No problems found!", run.Output);
        Assert.Contains("The books agree", run.Output);
        Assert.True(File.Exists(Path.Combine(work, "bank_before.db")));

        var again = await ToolProcess.RunAsync("demo", "--dir", work);
        Assert.Equal(1, again.ExitCode);
        Assert.StartsWith("error 55006: ", again.Errors);
    }

    [Fact]
    public void Books_agree_only_when_money_and_every_account_do()
    {
        Assert.True(new Books(100, 100, 7, 0).Agree);
        Assert.False(new Books(101, 100, 7, 0).Agree);
        Assert.False(new Books(100, 100, 7, 1).Agree);
    }
}
