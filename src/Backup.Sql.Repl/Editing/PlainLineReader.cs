namespace Backup.Sql.Repl.Editing;

/// <summary>
/// Lines from a terminal that the editor cannot drive: a prompt, and whatever editing the terminal has.
/// </summary>
/// <param name="input">What is typed.</param>
/// <param name="output">Takes the prompt.</param>
internal sealed class PlainLineReader(TextReader input, TextWriter output) : ILineReader
{
    /// <inheritdoc/>
    public LineRead Read(string prompt)
    {
        output.Write(prompt);
        output.Flush();
        return input.ReadLine() is { } line ? LineRead.Entered(line) : LineRead.End;
    }

    /// <inheritdoc/>
    public void Remember(string entry)
    {
        // The terminal remembers, if anybody does.
    }
}
