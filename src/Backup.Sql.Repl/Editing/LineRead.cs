namespace Backup.Sql.Repl.Editing;

/// <summary>How reading a line ended.</summary>
/// <param name="Outcome">What happened.</param>
/// <param name="Text">The line; empty unless one was entered.</param>
internal readonly record struct LineRead(LineOutcome Outcome, string Text)
{
    /// <summary>Ctrl-C: what was typed is to be forgotten.</summary>
    public static LineRead Cancelled { get; } = new(LineOutcome.Cancelled, "");

    /// <summary>Ctrl-D on an empty line, or the end of redirected input.</summary>
    public static LineRead End { get; } = new(LineOutcome.End, "");

    /// <summary>A line that was entered.</summary>
    /// <param name="text">The line.</param>
    public static LineRead Entered(string text) => new(LineOutcome.Entered, text);
}
