namespace Backup.Sql.Repl.Editing;

/// <summary>What the line editor needs of a terminal; a test types and looks through it.</summary>
internal interface ITerminal
{
    /// <summary>Columns of the window.</summary>
    int Width { get; }

    /// <summary>True when a key waits to be read: text is being pasted.</summary>
    bool KeyAvailable { get; }

    /// <summary>Waits for a key; Ctrl-C is a key like another.</summary>
    /// <returns>The key.</returns>
    ConsoleKeyInfo ReadKey();

    /// <summary>Writes text and control sequences, and shows them at once.</summary>
    /// <param name="text">The text.</param>
    void Write(string text);
}
