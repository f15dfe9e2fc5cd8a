using System.Diagnostics;

namespace Backup.Sql.Repl.Tests.Commands;

/// <summary>The tool on a terminal, which <c>script</c> provides; where there is none, these tests have nothing to run on.</summary>
public sealed class TerminalTests : IDisposable
{
    private const string Script = "/usr/bin/script";

    private readonly string _directory = Directory.CreateTempSubdirectory("backupsql-tty-").FullName;

    public TerminalTests() => File.WriteAllBytes(Path.Combine(_directory, "shop.db"), []);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_conversation_completes_recalls_cancels_and_ends()
    {
        if (!File.Exists(Script))
            return;

        // Tab completes the word; the arrow recalls the statement; Ctrl-C forgets a line; Ctrl-D ends.
        var screen = await TypeAsync("SELECT 41 + 1 AS sum;\r", "\u001b[A\r", "garbage\u0003", "\\c sh", "\t", "\r", "\u0004");

        Assert.Contains("backupsql ", screen);
        Assert.Contains("shop> ", screen);
        Assert.Equal(3, screen.Split("42").Length);
        Assert.Contains("garbage^C", screen);
        Assert.Contains("\\c shop", screen);
        Assert.Contains(" sum\r\n-----\r\n  42\r\n(1 row)\r\nOK  ", screen);
        Assert.Equal("SELECT 41 + 1 AS sum;\n\\\\c shop \n", await File.ReadAllTextAsync(Path.Combine(_directory, "backupsql", "history")));
    }

    [Fact]
    public async Task Ctrl_C_cancels_the_running_statement_and_not_the_tool()
    {
        if (!File.Exists(Script))
            return;

        var endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n;\r";
        var screen = await TypeAsync(endless, "\u0003", "SELECT 7 * 6 AS answer;\r", "\\q\r");

        Assert.Contains("error 57014", screen);
        Assert.Contains("42", screen);
    }

    private async Task<string> TypeAsync(params string[] keys)
    {
        var command = $"dotnet {ToolProcess.ToolPath} --db shop=sqlite:shop.db";
        var start = new ProcessStartInfo(Script, ["-qec", command, "/dev/null"])
        {
            WorkingDirectory = _directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment = { ["TERM"] = "xterm", ["XDG_STATE_HOME"] = _directory, ["COLUMNS"] = "100" },
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        await Task.Delay(1500); // Until the prompt stands.
        foreach (var key in keys)
        {
            await process.StandardInput.WriteAsync(key);
            await process.StandardInput.FlushAsync();
            await Task.Delay(500); // A person types no faster, and a statement may run.
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }

        return await output;
    }
}
