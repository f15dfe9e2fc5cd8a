namespace Backup.Sql.Repl.Shell;

/// <summary>
/// Where a statement of the database's own language ends: four kinds of quotes, two kinds of comments, and triggers,
/// whose bodies hold semicolons of their own and end with <c>END;</c>. A transaction, from BEGIN to COMMIT or ROLLBACK,
/// is one piece: every piece reaches the database over a connection of its own, and half a transaction would be undone.
/// </summary>
internal sealed class DatabaseStatementRules : IStatementRules
{
    /// <inheritdoc/>
    public int FindEnd(ReadOnlySpan<char> text)
    {
        var end = FindSemicolon(text);
        if (end < 0 || !FirstWord(text).Equals("BEGIN", StringComparison.OrdinalIgnoreCase))
            return end;
        while (true)
        {
            var rest = text[(end + 1)..];
            var next = FindSemicolon(rest);
            if (next < 0)
                return -1;
            end += 1 + next;
            if (EndsTransaction(rest[..next]))
                return end;
        }
    }

    private static bool EndsTransaction(ReadOnlySpan<char> statement)
    {
        var word = FirstWord(statement);
        return word.Equals("COMMIT", StringComparison.OrdinalIgnoreCase)
            || word.Equals("END", StringComparison.OrdinalIgnoreCase)
            || (word.Equals("ROLLBACK", StringComparison.OrdinalIgnoreCase)
                && !statement.Contains(" TO ", StringComparison.OrdinalIgnoreCase)); // That ends a savepoint.
    }

    private static int FindSemicolon(ReadOnlySpan<char> text)
    {
        var words = new WordTrail();
        for (var i = 0; i < text.Length; i++)
        {
            var length = SkippedLength(text[i..]);
            if (length < 0)
                return -1;
            if (length > 0)
            {
                words.Other();
                i += length - 1;
            }
            else if (char.IsLetter(text[i]) || text[i] == '_')
            {
                var end = i + 1;
                while (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] is '_' or '$'))
                    end++;
                words.Word(text[i..end]);
                i = end - 1;
            }
            else if (text[i] == ';')
            {
                if (words.EndsHere)
                    return i;
                words.Semicolon();
            }
            else if (!char.IsWhiteSpace(text[i]))
            {
                words.Other();
            }
        }

        return -1;
    }

    /// <summary>Length of the blank space and comments that a text begins with.</summary>
    /// <param name="text">Any text.</param>
    /// <returns>Offset of the first character that means something; the text's length when there is none.</returns>
    public static int LeadingTrivia(ReadOnlySpan<char> text)
    {
        var at = 0;
        while (at < text.Length)
        {
            var comment = CommentLength(text[at..]);
            if (comment < 0)
                return text.Length;
            if (comment == 0 && !char.IsWhiteSpace(text[at]) && text[at] != ';')
                return at;
            at += Math.Max(1, comment);
        }

        return at;
    }

    /// <summary>The first word of a statement, comments before it left out.</summary>
    /// <param name="text">The statement.</param>
    /// <returns>The word as written; empty when something else comes first.</returns>
    public static ReadOnlySpan<char> FirstWord(ReadOnlySpan<char> text)
    {
        var word = text[LeadingTrivia(text)..];
        var length = 0;
        while (length < word.Length && char.IsLetter(word[length]))
            length++;
        return word[..length];
    }

    /// <summary>
    /// Length of the quoted piece or comment at the start; 0 when there is none, −1 when it does not end.
    /// </summary>
    private static int SkippedLength(ReadOnlySpan<char> text) => text[0] switch
    {
        '\'' or '"' or '`' => Quoted(text, text[0]),
        '[' => Quoted(text, ']'),
        _ => CommentLength(text),
    };

    private static int CommentLength(ReadOnlySpan<char> text)
    {
        if (text.StartsWith("--"))
            return text.IndexOf('\n') is >= 0 and var feed ? feed + 1 : -1;
        if (!text.StartsWith("/*"))
            return 0;
        return text[2..].IndexOf("*/") is >= 0 and var end ? end + 4 : -1;
    }

    // A doubled quote ends one piece and begins the next, which comes to the same.
    private static int Quoted(ReadOnlySpan<char> text, char close) =>
        text[1..].IndexOf(close) is >= 0 and var end ? end + 2 : -1;

    /// <summary>Follows the words of a statement as far as it takes to know whether a semicolon ends it.</summary>
    private struct WordTrail
    {
        private int _count;
        private bool _create;
        private bool _trigger;
        private bool _semicolonBefore;
        private bool _endBefore;

        public readonly bool EndsHere => !_trigger || _endBefore;

        public void Word(ReadOnlySpan<char> word)
        {
            _endBefore = _semicolonBefore && word.Equals("END", StringComparison.OrdinalIgnoreCase);
            _semicolonBefore = false;
            if (_create && !_trigger)
                _trigger = word.Equals("TRIGGER", StringComparison.OrdinalIgnoreCase);
            var mayContinue = _count == 0
                ? word.Equals("CREATE", StringComparison.OrdinalIgnoreCase)
                : _create && (word.Equals("TEMP", StringComparison.OrdinalIgnoreCase)
                    || word.Equals("TEMPORARY", StringComparison.OrdinalIgnoreCase));
            _create = mayContinue;
            _count++;
        }

        public void Other() => _semicolonBefore = _endBefore = false;

        public void Semicolon() => (_semicolonBefore, _endBefore) = (true, false);
    }
}
