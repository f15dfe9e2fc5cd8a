using Spectre.Console;

namespace Backup.Sql.Repl.Shell;

/// <summary>Picks how progress is shown.</summary>
internal static class ProgressViews
{
    /// <summary>A bar where standard error is a terminal that can draw one; nothing elsewhere.</summary>
    /// <returns>The view.</returns>
    public static IProgressView ForStandardError()
    {
        if (Console.IsErrorRedirected)
            return new NoProgressView();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Profile.Capabilities.Ansi ? new BarProgressView(console) : new NoProgressView();
    }
}
