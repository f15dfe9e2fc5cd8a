namespace Backup.Sql.Repl.Editing;

/// <summary>What the line editor needs of a terminal; a test types and looks through it.</summary>
internal interface ITerminal
{
    /// <summary>Columns of the window.</summary>
    int Width { get; }

    /// <summary>True when a key waits to be read: text is being pasted.</summary>
    bool KeyAvailable { get; }

    /// <summary>
    /// True while a line is edited: Ctrl-C is a key like another then. False during a statement: it arrives as a
    /// signal.
    /// </summary>
    bool ControlCIsKey { set; }

    /// <summary>Waits for a key.</summary>
    /// <returns>The key.</returns>
    ConsoleKeyInfo ReadKey();

    /// <summary>Writes text and control sequences, and shows them at once.</summary>
    /// <param name="text">The text.</param>
    void Write(string text);
}
