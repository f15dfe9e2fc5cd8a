namespace Backup.Sql.Syntax;

/// <summary>
/// Prints statements in canonical form: one line, no closing semicolon, secrets masked unless told otherwise.
/// </summary>
public static class SqlFormatter
{
    /// <summary>Prints a statement.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="mode">What is shown of secrets.</param>
    /// <returns>The canonical text; in <see cref="FormatMode.Exposed"/> mode it parses to an equal statement.</returns>
    public static string Format(Statement statement, FormatMode mode = FormatMode.Redacted)
    {
        ArgumentNullException.ThrowIfNull(statement);
        var printer = new StatementPrinter(mode, statement.Dialect);
        printer.Print(statement);
        return printer.ToString();
    }

    /// <summary>Quotes a name of the CockroachDB dialect where it needs quotes to stand first in a name.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The name as a statement may hold it.</returns>
    public static string QuoteIdentifier(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Identifiers.IsBareFirst(name) ? name : Identifiers.Quoted(name);
    }

    /// <summary>Writes a text as a string of the CockroachDB dialect.</summary>
    /// <param name="value">The text.</param>
    /// <returns><c>'…'</c>, or <c>e'…'</c> where the text needs escapes.</returns>
    public static string QuoteString(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return StringText.Cockroach(value);
    }

    /// <summary>
    /// Replaces the secrets of a location by the word <c>redacted</c>, as <see cref="FormatMode.Described"/> does.
    /// </summary>
    /// <param name="uri">The location; of a key location the path is a secret too.</param>
    /// <returns>The location without its secrets.</returns>
    public static string RedactUri(string uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        return UriText.Redact(uri, isKey: false);
    }
}
