using Backup.Sql.Syntax;

namespace Backup.Sql.Parsing;

/// <summary>Tells which keywords may follow a text.</summary>
internal static class Completion
{
    // Somebody is typing: beyond this many tokens nothing is offered, rather than late.
    private const int MaxTokens = 2000;

    /// <summary>The keywords that may come next in the last statement of a text.</summary>
    public static IReadOnlyList<string> KeywordsAfter(SourceText source)
    {
        if (source.FindInvalidUtf16() is not null)
            return [];
        var reader = new TokenReader(source);
        TokenList? last = null;
        var (dialect, isFaulty) = (StatementDialect.Cockroach, false);
        while (reader.ReadStatement() is { } tokens)
            (last, dialect, isFaulty) = (tokens, reader.Dialect, reader.Fault is not null);
        if (isFaulty || last?.Count > MaxTokens)
            return [];

        // Where a semicolon ends the last statement another may begin.
        var isOpen = last is not null && source.TextOf(last[last.Count - 1]).IsEmpty;
        var walker = GrammarWalker.AtStart(SyntaxErrorBuilder.EntryRule(isOpen ? dialect : StatementDialect.Cockroach));
        for (var i = 0; isOpen && i < last!.Count - 1; i++)
        {
            if (!walker.Advance(last[i].Type))
                return [];
        }

        return [.. ExpectedWords.Keywords(walker.Steps).Order(StringComparer.Ordinal)];
    }
}
