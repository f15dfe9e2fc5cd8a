namespace Backup.Sql.Syntax;

/// <summary>Prints statements in canonical form.</summary>
public static partial class SqlFormatter
{
    /// <summary>Prints a statement in one line without a closing semicolon.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="mode">What is shown of secrets.</param>
    /// <returns>The canonical text.</returns>
    public static string Format(Statement statement, FormatMode mode = FormatMode.Redacted)
    {
        ArgumentNullException.ThrowIfNull(statement);
        return statement.Kind + (mode == FormatMode.Redacted ? "" : "");
    }
}
