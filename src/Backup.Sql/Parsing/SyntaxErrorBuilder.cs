using Antlr4.Runtime;
using Backup.Sql.Diagnostics;
using Backup.Sql.Parsing.Generated;
using Backup.Sql.Syntax;

namespace Backup.Sql.Parsing;

/// <summary>
/// Turns the place where a parse stops into an error that says what was expected and what may have been meant.
/// </summary>
internal sealed class SyntaxErrorBuilder(SourceText source, TokenList tokens, StatementDialect dialect)
{
    // Words before the error are looked at only in statements that somebody typed.
    private const int MaxTokensForHint = 256;
    private const int MinLettersForHint = 3;
    private const int MaxLettersForHint = 64;

    /// <summary>Makes the error.</summary>
    /// <param name="parser">The parser, where it stands.</param>
    /// <param name="found">The token that may not stand there, at or after the parser's place.</param>
    public BackupSqlException Build(Parser parser, SqlToken found)
    {
        var place = source.Place(found);
        if (IsOfOtherDialect(found.Type))
            return Errors.MixedDialects(place, Vocabulary.Spelling(found.Type));

        var walker = WalkerAt(parser, found);
        return Errors.SyntaxError(
            place, source.Describe(found), ExpectedWords.Describe(walker.Steps), Nearest(walker, found));
    }

    // From the start of the statement, since the parser has passed over what may be left out; in a long one from the
    // parser's place, which costs nothing.
    private GrammarWalker WalkerAt(Parser parser, SqlToken found)
    {
        if (found.TokenIndex <= MaxTokensForHint)
            return WalkerBefore(found.TokenIndex);
        var walker = GrammarWalker.At(parser);
        for (var i = tokens.Index; i < found.TokenIndex; i++)
            walker.Advance(tokens[i].Type);
        return walker;
    }

    private GrammarWalker WalkerBefore(int tokenIndex)
    {
        var walker = GrammarWalker.AtStart(EntryRule(dialect));
        for (var i = 0; i < tokenIndex; i++)
            walker.Advance(tokens[i].Type);
        return walker;
    }

    private bool IsOfOtherDialect(int type) => dialect == StatementDialect.Cockroach
        ? type is StatementParser.PROPERTIES or StatementParser.ON or StatementParser.PARTITION
            or StatementParser.SNAPSHOT or StatementParser.EXTERNAL
        : type is StatementParser.INTO or StatementParser.WITH or StatementParser.AS or StatementParser.IN
            or StatementParser.INCREMENTAL;

    // A keyword near to the word found or, since a misspelt keyword often passes for a name, near to the word before
    // it.
    private string? Nearest(GrammarWalker walker, SqlToken found)
    {
        if (IsWord(found) && NearestTo(found, walker) is { } nearest)
            return nearest;
        if (found.TokenIndex is 0 or > MaxTokensForHint
            || tokens[found.TokenIndex - 1].Type != StatementParser.IDENTIFIER)
        {
            return null;
        }

        return NearestTo(tokens[found.TokenIndex - 1], WalkerBefore(found.TokenIndex - 1));
    }

    private string? NearestTo(SqlToken token, GrammarWalker walker)
    {
        var word = source.TextOf(token);
        return word.Length is < MinLettersForHint or > MaxLettersForHint
            ? null
            : NearestName.Find(word.ToString(), ExpectedWords.Keywords(walker.Steps));
    }

    /// <summary>The entry rule of a dialect.</summary>
    public static int EntryRule(StatementDialect dialect) => dialect == StatementDialect.StarRocks
        ? StatementParser.RULE_starRocksStatement
        : StatementParser.RULE_cockroachStatement;

    private static bool IsWord(SqlToken token) =>
        token.Type == StatementParser.IDENTIFIER || Vocabulary.IsKeyword(token.Type);
}
