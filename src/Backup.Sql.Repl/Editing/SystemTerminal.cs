namespace Backup.Sql.Repl.Editing;

/// <summary>The terminal that the process runs in.</summary>
internal sealed class SystemTerminal : ITerminal
{
    private const int WidthWhenUnknown = 80;

    private static readonly ConsoleKeyInfo EndOfInput =
        new('\u0004', ConsoleKey.D, shift: false, alt: false, control: true);

    /// <summary>
    /// Columns of the window that standard output goes to; null when it goes elsewhere or does not tell.
    /// </summary>
    public static int? OutputWidth =>
        !Console.IsOutputRedirected && Console.WindowWidth is > 0 and var width ? width : null;

    /// <inheritdoc/>
    public int Width => OutputWidth ?? WidthWhenUnknown;

    /// <inheritdoc/>
    public bool KeyAvailable => Console.KeyAvailable;

    /// <inheritdoc/>
    public bool ControlCIsKey
    {
        set => Console.TreatControlCAsInput = value;
    }

    /// <inheritdoc/>
    public ConsoleKeyInfo ReadKey()
    {
        try
        {
            return Console.ReadKey(intercept: true);
        }
        catch (InvalidOperationException)
        {
            return EndOfInput; // The terminal went away.
        }
    }

    /// <inheritdoc/>
    public void Write(string text)
    {
        Console.Out.Write(text);
        Console.Out.Flush();
    }
}
