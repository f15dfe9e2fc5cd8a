using Antlr4.Runtime;
using Backup.Sql.Diagnostics;
using Backup.Sql.Parsing.Generated;
using Backup.Sql.Syntax;

namespace Backup.Sql.Parsing;

/// <summary>
/// Reads the tokens of one statement after the other, each by the lexer of its dialect. It finds the ends that the
/// lexers cannot see, and refuses what the parser must not be given: brackets too deep to recurse into.
/// </summary>
internal sealed class TokenReader(SourceText source)
{
    /// <summary>How deep a statement may nest.</summary>
    public const int MaxDepth = 200;

    private readonly string _text = source.Text;
    private readonly Lexer?[] _lexers = new Lexer?[2];
    private int _position;
    private int _line = 1;
    private int _column;

    /// <summary>The dialect of the statement that was read last.</summary>
    public StatementDialect Dialect { get; private set; }

    /// <summary>
    /// The first thing wrong with the tokens of the statement that was read last; null if nothing is.
    /// </summary>
    public BackupSqlException? Fault { get; private set; }

    /// <summary>Reads the next statement that is not empty, whole, even when there is a <see cref="Fault"/>.</summary>
    /// <returns>Its tokens and the end of input; null when there is none.</returns>
    public TokenList? ReadStatement()
    {
        Fault = null;
        while (_position < _text.Length)
        {
            Dialect = source.BeginStatement(_position);
            var lexer = LexerFor(Dialect);
            var tokens = new TokenList();
            var end = ReadTokens(lexer, tokens);
            _position = lexer.InputStream.Index;
            (_line, _column) = (lexer.Line, lexer.Column);
            if (tokens.Count > 0 || Fault is not null)
            {
                tokens.Add(EndOfInput(end));
                return tokens;
            }
        }

        return null;
    }

    // At the end of the text the semicolon that ends the statement is not really there.
    private SqlToken EndOfInput(SqlToken end)
    {
        var start = Math.Min(end.StartIndex, _text.Length);
        return new SqlToken(
            TokenConstants.EOF, start, Math.Min(end.StopIndex, _text.Length - 1), end.Line, end.Column);
    }

    private Lexer LexerFor(StatementDialect chosen)
    {
        ref var lexer = ref _lexers[(int)chosen];
        if (lexer is null)
        {
            var stream = new TextStream(_text, chosen);
            lexer = chosen == StatementDialect.StarRocks
                ? new StarRocksLexer(stream, TextWriter.Null, TextWriter.Null)
                : new CockroachLexer(stream, TextWriter.Null, TextWriter.Null);
            lexer.TokenFactory = SqlTokenFactory.Instance;
            lexer.RemoveErrorListeners();
        }

        lexer.InputStream.Seek(_position);
        lexer.Line = _line;
        lexer.Column = _column;
        lexer.HitEOF = false;
        return lexer;
    }

    private SqlToken ReadTokens(Lexer lexer, TokenList tokens)
    {
        var depth = 0;
        while (true)
        {
            var token = (SqlToken)lexer.NextToken();
            switch (token.Type)
            {
                case TokenConstants.EOF or CockroachLexer.SEMICOLON:
                    return token;
                case CockroachLexer.STRING when Dialect == StatementDialect.Cockroach:
                    EndString(lexer, token, withEscapes: false);
                    break;
                case CockroachLexer.ESCAPE_STRING:
                    EndString(lexer, token, withEscapes: true);
                    break;
                case CockroachLexer.DOLLAR_QUOTE:
                    EndDollarQuote(lexer, token);
                    break;
                case CockroachLexer.COMMENT_START:
                    if (!SkipTo(lexer, QuoteRules.EndOfComment(_text, token.StartIndex)))
                        Report(token, Errors.UnterminatedComment);
                    continue;
                case CockroachLexer.DOTTED_WORD:
                    tokens.Add(new SqlToken(
                        CockroachLexer.DOT, token.StartIndex, token.StartIndex, token.Line, token.Column));
                    token = new SqlToken(
                        CockroachLexer.IDENTIFIER, token.StartIndex + 1, token.StopIndex, token.Line, token.Column + 1);
                    break;
                case CockroachLexer.UNTERMINATED_STRING:
                    token.StopIndex = Math.Min(token.StopIndex, _text.Length - 1);
                    Report(token, Errors.UnterminatedString);
                    break;
                case CockroachLexer.UNTERMINATED_NAME:
                    token.StopIndex = Math.Min(token.StopIndex, _text.Length - 1);
                    Report(token, Errors.UnterminatedName);
                    break;
                case CockroachLexer.OTHER:
                    Fault ??= Errors.UnexpectedCharacter(source.Place(token), _text[token.StartIndex]);
                    break;
                case CockroachLexer.LPAREN or CockroachLexer.LBRACKET:
                    if (++depth > MaxDepth)
                        Report(token, Errors.NestedTooDeeply);
                    break;
                case CockroachLexer.RPAREN or CockroachLexer.RBRACKET:
                    depth--;
                    break;
            }

            // A statement that is refused already is read to its end, but its tokens are not kept.
            if (Fault is null)
                tokens.Add(token);
        }
    }

    private void EndString(Lexer lexer, SqlToken token, bool withEscapes)
    {
        token.Type = CockroachLexer.STRING;
        var end = token.StopIndex + 1;
        if (QuoteRules.NextPart(_text, end) >= 0)
            EndAt(lexer, token, QuoteRules.EndOfJoined(_text, end, withEscapes));
    }

    private void EndDollarQuote(Lexer lexer, SqlToken token)
    {
        token.Type = CockroachLexer.STRING;
        EndAt(lexer, token, QuoteRules.EndOfDollarQuoted(_text, token.StartIndex, token.StopIndex + 1));
    }

    private void EndAt(Lexer lexer, SqlToken token, int end)
    {
        if (!SkipTo(lexer, end))
            Report(token, Errors.UnterminatedString);
        token.StopIndex = end.OrEndOf(_text) - 1;
    }

    // Moves the lexer on and keeps its count of lines; false when the end is not in the text.
    private bool SkipTo(Lexer lexer, int end)
    {
        var start = lexer.InputStream.Index;
        var skipped = _text.AsSpan(start, end.OrEndOf(_text) - start);
        var lastLine = skipped.LastIndexOf('\n');
        lexer.Line += skipped.Count('\n');
        lexer.Column = lastLine < 0 ? lexer.Column + skipped.Length : skipped.Length - lastLine - 1;
        lexer.InputStream.Seek(start + skipped.Length);
        return end >= 0;
    }

    // Only the first fault is wanted, and an excerpt of the text costs something.
    private void Report(SqlToken token, Func<SourcePlace, BackupSqlException> error) =>
        Fault ??= error(source.Place(token));
}
