using Backup.Sql.Repl.Shell;

namespace Backup.Sql.Repl.Demo;

/// <summary>Runs statements and prints each with its prompt, its progress and what it gave.</summary>
/// <param name="session">Executes them.</param>
/// <param name="screen">Where everything is printed.</param>
/// <param name="clock">Times them.</param>
internal sealed class DemoScript(ToolSession session, Screen screen, TimeProvider clock)
{
    /// <summary>Prints a sentence of the story.</summary>
    /// <param name="sentence">The sentence.</param>
    public void Say(string sentence)
    {
        screen.Output.WriteLine();
        screen.Output.WriteLine($"-- {sentence}");
    }

    /// <summary>Makes a database the current one.</summary>
    /// <param name="database">Its name.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task UseAsync(string database, CancellationToken cancellationToken) =>
        session.UseAsync(database, cancellationToken);

    /// <summary>Runs statements one after the other.</summary>
    /// <param name="statements">The statements.</param>
    /// <param name="cancellationToken">Cancels the one at work.</param>
    public async Task RunAllAsync(IEnumerable<string> statements, CancellationToken cancellationToken)
    {
        foreach (var statement in statements)
            await RunAsync(statement, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs a statement.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <returns>Its rows.</returns>
    public async Task<IReadOnlyList<IReadOnlyList<object?>>> RunAsync(
        string statement, CancellationToken cancellationToken)
    {
        screen.Output.WriteLine($"{session.CurrentDatabase}> {statement};");
        screen.Output.Flush();
        var started = clock.GetTimestamp();
        var phases = new PhaseReports();
        var answer = await screen.Progress
            .ShowAsync(progress => session.ExecuteAsync(statement, phases.Before(progress), cancellationToken))
            .ConfigureAwait(false);
        foreach (var notice in answer.Notices)
            screen.Errors.WriteNotice(notice);
        foreach (var line in phases.Lines())
            screen.Output.WriteLine(line);
        var rows = await answer.Rows.ToListAsync(cancellationToken).ConfigureAwait(false);
        await screen.Answers.WriteAsync(answer with { Rows = rows.ToAsyncEnumerable() }, cancellationToken)
            .ConfigureAwait(false);
        screen.WriteTag(answer.Tag, clock.GetElapsedTime(started));
        return rows;
    }
}
