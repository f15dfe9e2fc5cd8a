using System.Diagnostics;
using System.Text;

namespace Backup.Sql.Repl.Tests.Commands;

/// <summary>
/// A command on a terminal of its own, made by <c>script</c>: types keys, and waits for what the screen gets.
/// </summary>
internal sealed class PseudoTerminal : IAsyncDisposable
{
    private const string Script = "/usr/bin/script";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly StringBuilder _screen = new();
    private readonly char[] _buffer = new char[4096];
    private int _seen;

    public PseudoTerminal(string directory, string command)
    {
        // A shell that starts the tests in the background lets them ignore Ctrl-C, and whatever they start: not here.
        command = "env --default-signal=INT " + command;
        _process = Process.Start(new ProcessStartInfo(Script, ["-qec", "stty cols 100; exec " + command, "/dev/null"])
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment = { ["TERM"] = "xterm", ["XDG_STATE_HOME"] = directory, ["SHELL"] = "/bin/sh" },
        })!;
    }

    public static bool IsAvailable => File.Exists(Script);

    public async Task TypeAsync(string keys)
    {
        await _process.StandardInput.WriteAsync(keys);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Waits until texts have appeared, one after the other, behind what was expected before.</summary>
    public async Task ExpectAsync(params string[] texts)
    {
        using var limit = new CancellationTokenSource(Patience);
        foreach (var text in texts)
        {
            int at;
            while ((at = _screen.ToString().IndexOf(text, _seen, StringComparison.Ordinal)) < 0)
                await ReadAsync(text, limit.Token);
            _seen = at + text.Length;
        }
    }

    /// <summary>Presses keys again and again until a text appears.</summary>
    public async Task TypeUntilAsync(string keys, string text)
    {
        var expected = ExpectAsync(text);
        do
            await TypeAsync(keys);
        while (await Task.WhenAny(expected, Task.Delay(500)) != expected);
        await expected;
    }

    public async Task<int> ExitAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task ReadAsync(string expected, CancellationToken cancellationToken)
    {
        var length = 0;
        try
        {
            length = await _process.StandardOutput.ReadAsync(_buffer, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Told below, with the screen.
        }

        Assert.True(length > 0, $"'{expected}' did not appear. The screen: {_screen}");
        _screen.Append(_buffer, 0, length);
    }
}
