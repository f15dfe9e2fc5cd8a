namespace Backup.Sql.Repl.Editing;

/// <summary>Where the lines of a conversation come from.</summary>
internal interface ILineReader
{
    /// <summary>Reads a line.</summary>
    /// <param name="prompt">What to ask with; not shown where nobody reads it.</param>
    /// <returns>The line, or why there is none.</returns>
    LineRead Read(string prompt);

    /// <summary>Remembers a whole statement or command, for the keys up and down.</summary>
    /// <param name="entry">Its text; may hold several lines.</param>
    void Remember(string entry);
}
