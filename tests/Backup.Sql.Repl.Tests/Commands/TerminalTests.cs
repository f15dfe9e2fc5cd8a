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
        await Task.Delay(500); // Until the statement is at work.
        await terminal.TypeAsync(CtrlC);
        await terminal.ExpectAsync("error 57014", "shop> ");
        await terminal.TypeAsync("SELECT 7 * 6 AS answer;\r");
        await terminal.ExpectAsync("     42\r\n", "shop> ");
        await terminal.TypeAsync("\\q\r");

        Assert.Equal(0, await terminal.ExitAsync());
    }

    private PseudoTerminal Open() => new(_directory, $"dotnet {ToolProcess.ToolPath} --db shop=sqlite:shop.db");
}
