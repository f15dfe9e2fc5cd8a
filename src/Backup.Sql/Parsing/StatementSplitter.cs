using Backup.Sql.Syntax;

namespace Backup.Sql.Parsing;

/// <summary>Cuts a text at its semicolons, each statement by the quote rules of its own dialect.</summary>
internal static class StatementSplitter
{
    /// <summary>Finds the first statement.</summary>
    public static StatementSlice First(ReadOnlySpan<char> text, StatementDialect? dialect)
    {
        var start = SkipEmpty(text);
        var scanner = new TextScanner(text, start, dialect ?? Chosen(text, start));
        var end = start;
        while (true)
        {
            var lexeme = scanner.Next();
            switch (lexeme.Kind)
            {
                case LexemeKind.Semicolon:
                    return new StatementSlice(start, end - start, lexeme.End, IsComplete: true);
                case LexemeKind.End:
                    return new StatementSlice(start, end - start, text.Length, IsComplete: false);
                default:
                    end = lexeme.End;
                    break;
            }
        }
    }

    // Only StarRocks' quote rules need to be asked for: without a dialect the scanner reads as CockroachDB does, and
    // skips back-quoted names too, which serves statements of other databases.
    private static StatementDialect? Chosen(ReadOnlySpan<char> text, int start) =>
        DialectChooser.Choose(text, start) == StatementDialect.StarRocks ? StatementDialect.StarRocks : null;

    private static int SkipEmpty(ReadOnlySpan<char> text)
    {
        var scanner = new TextScanner(text, 0, dialect: null);
        while (true)
        {
            var next = scanner.Next();
            if (next.Kind != LexemeKind.Semicolon)
                return next.Start;
        }
    }
}
