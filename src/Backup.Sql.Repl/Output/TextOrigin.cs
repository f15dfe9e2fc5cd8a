namespace Backup.Sql.Repl.Output;

/// <summary>Where a statement begins, so that its errors can be placed in the text that the user knows.</summary>
/// <param name="File">The script's name; null for what was typed.</param>
/// <param name="Line">Line of its first character, from 1.</param>
/// <param name="Column">Column of its first character in UTF-16 units, from 1.</param>
internal readonly record struct TextOrigin(string? File, int Line, int Column)
{
    /// <summary>The start of what was typed.</summary>
    public static TextOrigin Typed { get; } = new(null, 1, 1);
}
