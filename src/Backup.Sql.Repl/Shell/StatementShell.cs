using Backup.Sql.Diagnostics;
using Backup.Sql.Repl.Output;

namespace Backup.Sql.Repl.Shell;

/// <summary>Executes statements and commands one by one and prints what they give.</summary>
/// <param name="session">Executes the statements.</param>
/// <param name="screen">Where everything is printed.</param>
/// <param name="interrupts">Cancels the running statement.</param>
/// <param name="newBuffer">Makes the buffer that cuts a script, given the script's name.</param>
/// <param name="clock">Times the statements.</param>
internal sealed class StatementShell(
    ISqlSession session,
    Screen screen,
    Interrupts interrupts,
    Func<string?, StatementBuffer> newBuffer,
    TimeProvider clock)
{
    private const int MaxNestedScripts = 16;

    private int _nestedScripts;

    /// <summary>True once <c>\q</c> was executed.</summary>
    public bool HasQuit { get; private set; }

    /// <summary>Executes a whole script; stops at the first failure.</summary>
    /// <param name="text">The statements and commands.</param>
    /// <param name="file">The script's name; null for what was typed.</param>
    /// <param name="cancellationToken">Cancels the running statement and ends the script.</param>
    /// <returns>False when something failed; the error is printed already.</returns>
    public async Task<bool> RunScriptAsync(string text, string? file, CancellationToken cancellationToken)
    {
        var buffer = newBuffer(file);
        buffer.Append(text);
        while (!HasQuit && buffer.Take(atEnd: true) is { } item)
        {
            if (!await RunAsync(item, cancellationToken).ConfigureAwait(false))
                return false;
        }

        return true;
    }

    /// <summary>Executes a script out of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Cancels the running statement and ends the script.</param>
    /// <returns>False when something failed; the error is printed already.</returns>
    public async Task<bool> RunFileAsync(string path, CancellationToken cancellationToken)
    {
        if (_nestedScripts == MaxNestedScripts)
            throw ToolErrors.NestedTooDeeply(path);
        string text;
        try
        {
            text = await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw ToolErrors.CannotRead(path, e);
        }

        _nestedScripts++;
        try
        {
            return await RunScriptAsync(text, path, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _nestedScripts--;
        }
    }

    /// <summary>Executes one statement or command.</summary>
    /// <param name="item">What to execute.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <returns>False when it failed; the error is printed already.</returns>
    public async Task<bool> RunAsync(ScriptItem item, CancellationToken cancellationToken)
    {
        try
        {
            return item.IsCommand
                ? await RunCommandAsync(item.Text, cancellationToken).ConfigureAwait(false)
                : await RunStatementAsync(item.Text, cancellationToken).ConfigureAwait(false);
        }
        catch (BackupSqlException e)
        {
            screen.Errors.Write(e, item.Origin);
        }
        catch (OperationCanceledException e)
        {
            screen.Errors.Write(ToolErrors.Cancelled(e), item.Origin);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A conversation survives a defect, and the user learns what to report.
            screen.Errors.Write(ToolErrors.Unexpected(e), item.Origin);
        }

        return false;
    }

    private Task<bool> RunStatementAsync(string text, CancellationToken cancellationToken) => interrupts.RunAsync(
        async token =>
        {
            var started = clock.GetTimestamp();
            var answer = await screen.Progress
                .ShowAsync(progress => session.ExecuteAsync(text, progress, token)).ConfigureAwait(false);
            await PrintAsync(answer, token).ConfigureAwait(false);
            screen.WriteTag(answer.Tag, clock.GetElapsedTime(started));
            return true;
        },
        cancellationToken);

    private async Task PrintAsync(Answer answer, CancellationToken cancellationToken)
    {
        foreach (var notice in answer.Notices)
            screen.Errors.WriteNotice(notice);
        await screen.Answers.WriteAsync(answer, cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> RunCommandAsync(string text, CancellationToken cancellationToken)
    {
        const StringSplitOptions Words = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        var parts = text.Split((char[]?)null, 2, Words);
        var argument = parts.Length > 1 ? parts[1].TrimEnd(';', ' ') : null;
        switch (parts[0].TrimEnd(';'))
        {
            case "\\q":
                HasQuit = true;
                break;
            case "\\?":
                screen.Output.WriteLine(ShellHelp.Text);
                break;
            case "\\l":
                var databases = await session.GetDatabasesAsync(cancellationToken).ConfigureAwait(false);
                await PrintAsync(CatalogAnswers.Databases(session.CurrentDatabase, databases), cancellationToken)
                    .ConfigureAwait(false);
                break;
            case "\\d":
                await DescribeAsync(argument, cancellationToken).ConfigureAwait(false);
                break;
            case "\\c":
                await session.UseAsync(argument ?? throw ToolErrors.ArgumentMissing("\\c", "NAME"), cancellationToken)
                    .ConfigureAwait(false);
                break;
            case "\\i":
                var file = argument ?? throw ToolErrors.ArgumentMissing("\\i", "FILE");
                return await RunFileAsync(file, cancellationToken).ConfigureAwait(false);
            default:
                throw ToolErrors.UnknownCommand(parts[0]);
        }

        await screen.Output.FlushAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async Task DescribeAsync(string? name, CancellationToken cancellationToken)
    {
        var database = session.CurrentDatabase ?? throw ToolErrors.NoCurrentDatabase();
        var objects = await session.GetObjectsAsync(database, cancellationToken).ConfigureAwait(false);
        var answer = name is null
            ? CatalogAnswers.Objects(objects)
            : CatalogAnswers.Describe(objects, name) ?? throw ToolErrors.NoSuchTable(name, database);
        await PrintAsync(answer, cancellationToken).ConfigureAwait(false);
    }
}
