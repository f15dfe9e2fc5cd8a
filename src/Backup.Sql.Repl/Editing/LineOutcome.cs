namespace Backup.Sql.Repl.Editing;

/// <summary>How reading a line ended.</summary>
internal enum LineOutcome
{
    /// <summary>With Enter.</summary>
    Entered,

    /// <summary>With Ctrl-C.</summary>
    Cancelled,

    /// <summary>With the end of the input.</summary>
    End,
}
