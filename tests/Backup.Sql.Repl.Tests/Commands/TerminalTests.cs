namespace Backup.Sql.Repl.Tests.Commands;

/// <summary>
/// The tool on a terminal, which <c>script</c> provides; where there is none, these tests have nothing to run on.
/// </summary>
public sealed class TerminalTests : IDisposable
{
    private const string Up = "\u001b[A";
    private const string CtrlC = "\u0003";
    private const string CtrlD = "\u0004";

    private readonly string _directory = Directory.CreateTempSubdirectory("backupsql-tty-").FullName;

    public TerminalTests() => File.WriteAllBytes(Path.Combine(_directory, "shop.db"), []);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_conversation_completes_recalls_cancels_and_ends()
    {
        if (!PseudoTerminal.IsAvailable)
            return;
        await using var terminal = Open();

        await terminal.ExpectAsync("backupsql ", "shop> ");
        await terminal.TypeAsync("SELECT 41 + 1 AS sum;\r");
        await terminal.ExpectAsync(" sum\r\n-----\r\n  42\r\n(1 row)\r\nOK  ", "shop> ");
        await terminal.TypeAsync(Up);
        await terminal.ExpectAsync("SELECT 41 + 1 AS sum;");
        await terminal.TypeAsync("\r");
        await terminal.ExpectAsync("  42\r\n", "shop> ");
        await terminal.TypeAsync("garbage");
        await terminal.ExpectAsync("garbage");
        await terminal.TypeAsync(CtrlC);
        await terminal.ExpectAsync("^C", "shop> ");
        await terminal.TypeAsync("\\c sh");
        await terminal.ExpectAsync("\\c sh");
        await terminal.TypeAsync("\t");
        await terminal.ExpectAsync("\\c shop ");
        await terminal.TypeAsync("\r");
        await terminal.ExpectAsync("shop> ");
        await terminal.TypeAsync(CtrlD);

        Assert.Equal(0, await terminal.ExitAsync());
        var history = await File.ReadAllTextAsync(Path.Combine(_directory, "backupsql", "history"));
        Assert.Equal("SELECT 41 + 1 AS sum;\n\\\\c shop \n", history);
    }

    [Fact]
    public async Task Ctrl_C_cancels_the_running_statement_and_not_the_tool()
    {
        if (!PseudoTerminal.IsAvailable)
            return;
        await using var terminal = Open();

        await terminal.ExpectAsync("shop> ");
        await terminal.TypeAsync("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) ");
        await terminal.TypeAsync("SELECT count(*) FROM n;\r");
        await terminal.ExpectAsync("FROM n;", "\r\n");
        await terminal.TypeUntilAsync(CtrlC, "error 57014"); // The statement may not be at work yet.
        await terminal.ExpectAsync("shop> ");
        await terminal.TypeAsync("SELECT 7 * 6 AS answer;\r");
        await terminal.ExpectAsync("     42\r\n", "shop> ");
        await terminal.TypeAsync("\\q\r");

        Assert.Equal(0, await terminal.ExitAsync());
    }

    [Fact]
    public async Task Secrets_that_are_typed_or_lie_in_the_environment_reach_no_file()
    {
        if (!PseudoTerminal.IsAvailable)
            return;
        await using var terminal = Open("AWS_SECRET_ACCESS_KEY=MARKERenvironment AWS_ACCESS_KEY_ID=AKIA ");

        await terminal.ExpectAsync("shop> ");
        foreach (var statement in new[]
        {
            "BACKUP DATABASE shop INTO 'nowhere://x' WITH encryption_passphrase = 'MARKERphrase'",
            "BACKUP DATABASE shop IN TO 's3://b/x?AWS_SECRET_ACCESS_KEY=MARKERkey'",
            "RESTORE DATABASE shop FROM LATEST IN 's3://b/x?AUTH=specified&AWS_SECRET_ACCESS_KEY=MARKERother'",
        })
        {
            await terminal.TypeAsync(statement + ";\r");
            await terminal.ExpectAsync("error ");
        }

        await terminal.TypeAsync("SELECT 20 + 1 AS one;\r");
        await terminal.ExpectAsync("  21\r\n", "shop> ");
        await terminal.TypeAsync(CtrlD);
        Assert.Equal(0, await terminal.ExitAsync());
        Assert.Contains("AS one", await File.ReadAllTextAsync(Path.Combine(_directory, "backupsql", "history")), StringComparison.Ordinal);
        Assert.All(
            Directory.EnumerateFiles(_directory, "*", SearchOption.AllDirectories),
            path => Assert.False(File.ReadAllText(path).Contains("MARKER", StringComparison.Ordinal), path));
    }

    private PseudoTerminal Open(string environment = "") =>
        new(_directory, $"{environment}dotnet {ToolProcess.ToolPath} --db shop=sqlite:shop.db");
}
