using Backup.Sql.Syntax;

namespace Backup.Sql.Parsing;

/// <summary>Puts stars over what may be secret in a piece of a text that is shown in an error.</summary>
internal static class SecretMask
{
    // Beside one of these words every string of a statement is masked; they are short, so that misspelt ones are found.
    private static readonly string[] _words =
    [
        "pass", "secret", "token", "credential", "access_key", "access.key", "shared_key",
        "account_key",
    ];

    /// <summary>A whole text with its secrets masked; its length stays, and so do all places.</summary>
    /// <param name="text">The text.</param>
    public static string Of(string text)
    {
        var masked = text.ToCharArray();
        Apply(masked, 0, text, 0, dialect: null);
        return new string(masked);
    }

    /// <summary>
    /// Masks the strings of a statement that speaks of a secret, and user and parameters of any location. Only the
    /// statement's own quote rules tell what a string is, so the text is scanned from the start of a statement on.
    /// </summary>
    /// <param name="piece">The piece; its length stays.</param>
    /// <param name="start">Where in the text it starts.</param>
    /// <param name="text">The whole text.</param>
    /// <param name="statementStart">Where a statement starts, at or before the piece.</param>
    /// <param name="dialect">The dialect of every statement; null to choose it for each.</param>
    public static void Apply(
        Span<char> piece, int start, ReadOnlySpan<char> text, int statementStart, StatementDialect? dialect)
    {
        var end = start + piece.Length;
        for (var from = statementStart; from < end;)
        {
            var scanner = new TextScanner(text, from, dialect ?? DialectChooser.Choose(text, from));
            var next = SkipStatement(scanner, end);
            var isSecret = HasSecretWord(text[from..Math.Min(next, text.Length)]);
            while (scanner.Position < Math.Min(next, end))
            {
                var lexeme = scanner.Next();
                if (lexeme.Kind is LexemeKind.String or LexemeKind.DoubleQuoted or LexemeKind.BackQuoted)
                    MaskString(piece, start, text, lexeme, isSecret);
            }

            from = Math.Max(next, from + 1);
        }
    }

    // The scanner comes as a copy: the caller's stays where it is.
    private static int SkipStatement(TextScanner scanner, int end)
    {
        while (scanner.Position < end && scanner.Next().Kind is not (LexemeKind.Semicolon or LexemeKind.End))
        {
        }

        return scanner.Position;
    }

    private static void MaskString(Span<char> piece, int start, ReadOnlySpan<char> text, Lexeme lexeme, bool isSecret)
    {
        var from = lexeme.Start + 1;
        var value = text[from..Math.Max(from, lexeme.End - 1)];
        if (isSecret)
        {
            Fill(piece, from - start, value.Length);
            return;
        }

        var host = value.IndexOf("://");
        if (host < 0)
            return;
        // The last one, for a password may hold others; and one that holds what ends a host is masked none the less.
        var user = value[host..].LastIndexOf('@');
        if (user >= 0)
            Fill(piece, from - start + host + 3, user - 3);
        var rest = value.IndexOfAny('?', '#');
        if (rest >= 0)
            Fill(piece, from - start + rest + 1, value.Length - rest - 1);
    }

    private static void Fill(Span<char> piece, int from, int length)
    {
        var first = Math.Max(from, 0);
        var last = Math.Min(from + length, piece.Length);
        if (first < last)
            piece[first..last].Fill('*');
    }

    private static bool HasSecretWord(ReadOnlySpan<char> statement)
    {
        foreach (var word in _words)
        {
            if (statement.Contains(word, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }
}
