namespace Backup.Sql.Diagnostics;

/// <summary>Shows where in a statement an error lies: the line and carets under the offending part.</summary>
internal static class SourceExcerpt
{
    private const int MostColumns = 100;

    /// <summary>The same error with the place shown in its detail.</summary>
    /// <param name="error">The error.</param>
    /// <param name="text">The statement's text, its secrets masked.</param>
    public static BackupSqlException WithSource(this BackupSqlException error, string text) =>
        new(error.SqlState, error.Message, error.InnerException)
        {
            Transient = error.Transient,
            Line = error.Line,
            Column = error.Column,
            Length = error.Length,
            Detail = Show(text, error.Line, error.Column, error.Length),
            Hint = error.Hint,
            Others = error.Others,
        };

    /// <summary>The line, cut around the place when it is long, and a line of carets.</summary>
    public static string Show(string text, int line, int column, int length)
    {
        var source = LineAt(text, line);
        var at = Math.Clamp(column - 1, 0, source.Length);
        var from = at <= MostColumns / 2 || source.Length <= MostColumns ? 0 : at - (MostColumns / 2);
        var shown = source[from..Math.Min(source.Length, from + MostColumns)];
        var carets = Math.Clamp(length, 1, Math.Max(1, shown.Length - (at - from)));
        // A tab before the place stays a tab, so that the carets stand under it whatever its width.
        var indent = new string([.. shown.Take(at - from).Select(c => c == '\t' ? '\t' : ' ')]);
        return $"{shown}\n{indent}{new string('^', carets)}";
    }

    private static string LineAt(string text, int line)
    {
        foreach (var current in text.EnumerateLines())
        {
            if (--line == 0)
                return current.ToString();
        }

        return "";
    }
}
