using Backup.Sql.Repl.Output;

namespace Backup.Sql.Repl.Shell;

/// <summary>
/// Cuts text, which may come line by line, into statements that end with a semicolon and commands that end with their
/// line. Each statement is cut by the rules of its own language.
/// </summary>
/// <param name="file">The script's name; null for what is typed.</param>
/// <param name="isOurs">Says whether a text begins with a statement of the backup dialect.</param>
/// <param name="ours">The rules of the backup dialect.</param>
/// <param name="theirs">The rules of the database's own language.</param>
internal sealed class StatementBuffer(
    string? file, Func<string, bool> isOurs, IStatementRules ours, IStatementRules theirs)
{
    private string _text = "";
    private int _line = 1;
    private int _column = 1;

    /// <summary>True when nothing but blanks and comments waits.</summary>
    public bool IsEmpty => DatabaseStatementRules.LeadingTrivia(_text) == _text.Length;

    /// <summary>Adds text.</summary>
    /// <param name="text">Line ends included.</param>
    public void Append(string text) => _text += text;

    /// <summary>Forgets what waits.</summary>
    public void Clear() => Consume(_text.Length);

    /// <summary>Takes the next whole statement or command.</summary>
    /// <param name="atEnd">True when no text will follow: the rest is a statement without its semicolon.</param>
    /// <returns>The next item, or null when there is none yet.</returns>
    public ScriptItem? Take(bool atEnd)
    {
        var start = DatabaseStatementRules.LeadingTrivia(_text);
        if (start == _text.Length)
        {
            if (atEnd)
                Clear();
            return null; // A comment may still be open.
        }

        Consume(start);
        var isCommand = _text[0] == '\\';
        var rules = !isCommand && isOurs(_text) ? ours : theirs;
        var end = isCommand ? _text.IndexOf('\n', StringComparison.Ordinal) : rules.FindEnd(_text);
        if (end < 0 && !atEnd)
            return null;
        var length = end < 0 ? _text.Length : end;
        var item = new ScriptItem(_text[..length].TrimEnd(), new TextOrigin(file, _line, _column), isCommand);
        Consume(end < 0 ? length : length + 1);
        return item;
    }

    private void Consume(int length)
    {
        var gone = _text.AsSpan(0, length);
        var feeds = gone.Count('\n');
        _line += feeds;
        _column = feeds == 0 ? _column + length : length - gone.LastIndexOf('\n');
        _text = _text[length..];
    }
}
