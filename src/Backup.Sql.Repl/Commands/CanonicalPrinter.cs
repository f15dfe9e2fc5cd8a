using System.Globalization;
using Backup.Sql.Diagnostics;
using Backup.Sql.Parsing;
using Backup.Sql.Repl.Output;
using Backup.Sql.Syntax;

namespace Backup.Sql.Repl.Commands;

/// <summary>Turns text into the canonical form of its statements.</summary>
/// <param name="mode">What is shown of secrets.</param>
internal sealed class CanonicalPrinter(FormatMode mode)
{
    /// <summary>Prints a script.</summary>
    /// <param name="text">The script.</param>
    /// <returns>A line per statement.</returns>
    /// <exception cref="BackupSqlException">
    /// The script has syntax errors: the first, with the others inside.
    /// </exception>
    public IEnumerable<string> PrintScript(string text) =>
        BackupSqlParser.Parse(text).Select(statement => SqlFormatter.Format(statement, mode));

    /// <summary>Prints a line of its own.</summary>
    /// <param name="text">A line.</param>
    /// <returns>
    /// Exactly one line: the statements, joined by <c>; </c>, or <c>ERROR code line:column message</c>.
    /// </returns>
    public string PrintLine(string text)
    {
        try
        {
            return string.Join("; ", PrintScript(text));
        }
        catch (BackupSqlException e)
        {
            var message = ValueText.ShowControls(e.Message).Replace('\n', ' ');
            return string.Create(CultureInfo.InvariantCulture, $"ERROR {e.SqlState} {e.Line}:{e.Column} {message}");
        }
    }
}
