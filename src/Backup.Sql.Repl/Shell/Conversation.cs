using Backup.Sql.Repl.Editing;

namespace Backup.Sql.Repl.Shell;

/// <summary>
/// Reads lines and executes what they make up, until the input ends. On a terminal a failure ends the line that was
/// entered; redirected input is a script, and a failure ends it.
/// </summary>
/// <param name="lines">Where the lines come from.</param>
/// <param name="shell">Executes them.</param>
/// <param name="session">Gives the prompt and the names to complete.</param>
/// <param name="completion">Learns what Tab goes by; null when nothing is completed.</param>
/// <param name="newBuffer">Makes the buffer that cuts the lines, given the script's name.</param>
internal sealed class Conversation(
    ILineReader lines,
    StatementShell shell,
    ISqlSession session,
    CompletionState? completion,
    Func<string?, StatementBuffer> newBuffer)
{
    private const string NoDatabase = "backupsql";

    private readonly List<string> _entered = [];
    private StatementBuffer _buffer = newBuffer(null);

    private bool IsScript => completion is null;

    /// <summary>Talks until the input ends or the user quits.</summary>
    /// <param name="cancellationToken">Ends the conversation.</param>
    /// <returns>False when a script failed.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        while (!shell.HasQuit)
        {
            if (completion is not null)
                await PrepareCompletionAsync(completion, cancellationToken).ConfigureAwait(false);
            var line = lines.Read(Prompt());
            if (line.Outcome == LineOutcome.Cancelled)
                Forget();
            else if (line.Outcome == LineOutcome.End)
                return !IsScript || await RunItemsAsync(atEnd: true, cancellationToken).ConfigureAwait(false);
            else if (!await EnterAsync(line.Text, cancellationToken).ConfigureAwait(false) && IsScript)
                return false;
        }

        return true;
    }

    private async Task<bool> EnterAsync(string line, CancellationToken cancellationToken)
    {
        if (!IsScript)
            _entered.Add(line);
        _buffer.Append(line + "\n");
        var succeeded = await RunItemsAsync(atEnd: false, cancellationToken).ConfigureAwait(false);
        if (succeeded && !_buffer.IsEmpty)
            return true;
        if (IsScript)
            return succeeded;
        lines.Remember(string.Join('\n', _entered));
        Forget();
        return succeeded;
    }

    private async Task<bool> RunItemsAsync(bool atEnd, CancellationToken cancellationToken)
    {
        while (!shell.HasQuit && _buffer.Take(atEnd) is { } item)
        {
            if (!await shell.RunAsync(item, cancellationToken).ConfigureAwait(false))
                return false;
        }

        return true;
    }

    private async Task PrepareCompletionAsync(CompletionState state, CancellationToken cancellationToken)
    {
        state.Entered = string.Concat(_entered.Select(line => line + "\n"));
        if (_buffer.IsEmpty)
            await state.RefreshAsync(session, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Begins anew: the lines of an error count from the first line of what was entered.</summary>
    private void Forget()
    {
        _entered.Clear();
        _buffer = newBuffer(null);
    }

    private string Prompt()
    {
        var name = session.CurrentDatabase ?? NoDatabase;
        return _buffer.IsEmpty ? $"{name}> " : new string(' ', Math.Max(0, name.Length - 1)) + "-> ";
    }
}
