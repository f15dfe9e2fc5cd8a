using System.Reflection;
using Backup.Sql.Diagnostics;
using Backup.Sql.Parsing;
using Backup.Sql.Syntax;

namespace Backup.Sql.Repl.Shell;

/// <summary>What the shell knows of the backup dialect's text; all of it is the parser's knowledge.</summary>
internal static class ToolText
{
    private static readonly BackupStatementRules Ours = new();
    private static readonly DatabaseStatementRules Theirs = new();

    /// <summary>The tool's version.</summary>
    public static string Version { get; } = typeof(ToolText).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    /// <summary>Keywords and option names that may follow a text: none in the database's own language.</summary>
    /// <param name="text">A text up to the word that is being typed.</param>
    public static IReadOnlyList<string> WordsAfter(string text) => BackupSqlParser.KeywordsAfter(text);

    /// <summary>Makes a buffer that cuts scripts of both languages.</summary>
    /// <param name="file">The script's name; null for what is typed.</param>
    public static StatementBuffer NewBuffer(string? file) =>
        new(file, text => BackupSqlParser.IsBackupStatement(text), Ours, Theirs);

    /// <summary>
    /// What of an entry may be written to the history: everything, unless one of its statements holds a secret. Then it
    /// is left out, and so is what cannot be read as a statement, for nobody knows what it holds.
    /// </summary>
    /// <param name="entry">What was entered.</param>
    /// <returns>The text to write, or null.</returns>
    public static string? ForHistory(string entry)
    {
        var buffer = NewBuffer(null);
        buffer.Append(entry + "\n");
        while (buffer.Take(atEnd: true) is { } item)
        {
            if (!item.IsCommand && BackupSqlParser.IsBackupStatement(item.Text) && MayHoldSecret(item.Text))
                return null;
        }

        return entry;
    }

    private static bool MayHoldSecret(string statement)
    {
        try
        {
            return BackupSqlParser.Parse(statement).Any(parsed =>
                SqlFormatter.Format(parsed, FormatMode.Described) != SqlFormatter.Format(parsed, FormatMode.Exposed));
        }
        catch (BackupSqlException)
        {
            return true;
        }
    }
}
