namespace Backup.Sql.Repl.Editing;

/// <summary>Lines out of a file or a pipe: no prompt, no memory.</summary>
/// <param name="input">The redirected input.</param>
internal sealed class RedirectedLineReader(TextReader input) : ILineReader
{
    /// <inheritdoc/>
    public LineRead Read(string prompt) => input.ReadLine() is { } line ? LineRead.Entered(line) : LineRead.End;

    /// <inheritdoc/>
    public void Remember(string entry)
    {
        // What a pipe brings is nobody's typing.
    }
}
