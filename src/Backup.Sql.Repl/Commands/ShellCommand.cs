using Backup.Sql.Diagnostics;
using Backup.Sql.Repl.Editing;
using Backup.Sql.Repl.Output;
using Backup.Sql.Repl.Shell;
using Spectre.Console;

namespace Backup.Sql.Repl.Commands;

/// <summary>The tool without a sub-command: scripts, or a conversation.</summary>
internal static class ShellCommand
{
    /// <summary>Opens the databases and executes what was asked for.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The exit code: 0, or 1 when something failed.</returns>
    public static async Task<int> RunAsync(ShellArguments arguments, CancellationToken cancellationToken)
    {
        var errors = new ErrorWriter(Console.Error);
        try
        {
            var options = ConnectionOptions.Parse(
                arguments.Databases, arguments.Directory, arguments.Root, arguments.State, arguments.Keys) with
            {
                User = arguments.User,
                Admins = arguments.Admins,
                ListsIds = arguments.ListsIds,
            };
            var session = await ToolSession.OpenAsync(options, cancellationToken).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
            {
                using var interrupts = new Interrupts();
                var isConversation = arguments.Scripts.Count == 0;
                var isWatched = isConversation && !Console.IsInputRedirected;
                var screen = NewScreen(arguments.Format, errors, showTimes: isWatched);
                var shell = new StatementShell(session, screen, interrupts, ToolText.NewBuffer, TimeProvider.System);
                var succeeded = isConversation
                    ? await TalkAsync(shell, session, cancellationToken).ConfigureAwait(false)
                    : await RunScriptsAsync(shell, arguments.Scripts, cancellationToken).ConfigureAwait(false);
                return succeeded ? 0 : 1;
            }
        }
        catch (BackupSqlException e)
        {
            errors.Write(e, TextOrigin.Typed);
            return 1;
        }
    }

    private static async Task<bool> RunScriptsAsync(
        StatementShell shell, IReadOnlyList<ShellScript> scripts, CancellationToken cancellationToken)
    {
        foreach (var script in scripts)
        {
            var succeeded = script.IsFile
                ? await shell.RunFileAsync(script.Value, cancellationToken).ConfigureAwait(false)
                : await shell.RunScriptAsync(script.Value, file: null, cancellationToken).ConfigureAwait(false);
            if (!succeeded || shell.HasQuit)
                return succeeded;
        }

        return true;
    }

    private static Task<bool> TalkAsync(StatementShell shell, ToolSession session, CancellationToken cancellationToken)
    {
        session.RunSchedules();
        if (Console.IsInputRedirected)
        {
            var redirected = new RedirectedLineReader(Console.In);
            return new Conversation(redirected, shell, session, completion: null, ToolText.NewBuffer)
                .RunAsync(cancellationToken);
        }

        Console.WriteLine($"backupsql {ToolText.Version}; \\? for help");
        var state = new CompletionState();
        var lines = NewLineReader(state);
        return new Conversation(lines, shell, session, state, ToolText.NewBuffer).RunAsync(cancellationToken);
    }

    /// <summary>
    /// Keys are edited where the terminal understands control sequences; elsewhere its own line editing serves.
    /// </summary>
    private static ILineReader NewLineReader(CompletionState state)
    {
        if (Console.IsOutputRedirected || !AnsiConsole.Profile.Capabilities.Ansi)
            return new PlainLineReader(Console.In, Console.Out);
        var history = new History(History.DefaultPath(), ToolText.ForHistory);
        return new LineEditor(new SystemTerminal(), history, new ShellCompleter(ToolText.WordsAfter, state));
    }

    private static Screen NewScreen(OutputFormat format, ErrorWriter errors, bool showTimes) => new()
    {
        Output = Console.Out,
        Answers = format switch
        {
            OutputFormat.Csv => new CsvWriter(Console.Out),
            OutputFormat.Json => new JsonWriter(Console.OpenStandardOutput()),
            _ => new TableWriter(Console.Out, SystemTerminal.OutputWidth),
        },
        Errors = errors,
        Progress = ProgressViews.ForStandardError(),
        ShowTags = format == OutputFormat.Table,
        ShowTimes = showTimes,
    };
}
