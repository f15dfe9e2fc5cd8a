using Antlr4.Runtime.Atn;
using Backup.Sql.Diagnostics;
using Backup.Sql.Parsing.Generated;
using Backup.Sql.Syntax;

namespace Backup.Sql.Parsing;

/// <summary>
/// From text to <see cref="Statement"/>s. Every answer is a tree or a <see cref="BackupSqlException"/>.
/// </summary>
/// <remarks>All members may be called from several threads at once.</remarks>
public static class BackupSqlParser
{
    /// <summary>All keywords of both dialects, upper case, in alphabetical order.</summary>
    public static IReadOnlyList<string> Keywords => Vocabulary.Keywords;

    /// <summary>Reads the statements of a script; empty statements are passed over.</summary>
    /// <param name="text">The script.</param>
    /// <param name="options">How it is read; null for <see cref="ParseOptions.Default"/>.</param>
    /// <returns>The statements in the order of the text; none for an empty text.</returns>
    /// <exception cref="BackupSqlException">
    /// There are syntax errors: the first is thrown, and <see cref="BackupSqlException.Others"/> holds those of the
    /// statements after it.
    /// </exception>
    public static ValueList<Statement> Parse(string text, ParseOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        var source = new SourceText(text, options?.Dialect);
        if (source.FindInvalidUtf16() is { } invalid)
            throw Errors.InvalidUtf16(invalid);

        var reader = new TokenReader(source);
        var statements = new List<Statement>(1);
        var faults = new List<BackupSqlException>(0);
        while (reader.ReadStatement() is { } tokens)
        {
            if (reader.Fault is { } tokenFault)
            {
                faults.Add(tokenFault);
                continue;
            }

            try
            {
                statements.Add(Build(source, tokens, reader.Dialect));
            }
            catch (BackupSqlException fault)
            {
                faults.Add(fault);
            }
        }

        return faults.Count == 0 ? statements.ToValueList() : throw Errors.Several(faults);
    }

    /// <summary>Reads exactly one statement; a semicolon may end it.</summary>
    /// <param name="text">The statement.</param>
    /// <param name="options">How it is read; null for <see cref="ParseOptions.Default"/>.</param>
    /// <returns>The statement.</returns>
    /// <exception cref="BackupSqlException">The text is no statement, or more than one.</exception>
    public static Statement ParseStatement(string text, ParseOptions? options = null)
    {
        var statements = Parse(text, options);
        return statements.Count switch
        {
            1 => statements[0],
            0 => throw Errors.NoStatement(),
            _ => throw Errors.SeveralStatements(new SourceText(text, options?.Dialect).Place(statements[1].Span)),
        };
    }

    /// <summary>
    /// Tells by the leading words whether a text begins with a statement of this library, so that a host can send it
    /// here. It is cheap, allocates nothing, and says nothing about whether the text is right.
    /// </summary>
    /// <param name="text">Any SQL text.</param>
    /// <returns>True when this library should have it.</returns>
    public static bool IsBackupStatement(ReadOnlySpan<char> text) => StatementRouter.IsBackupStatement(text);

    /// <summary>
    /// Finds the first statement of a text and whether a semicolon ends it, by the quote rules of the statement's own
    /// dialect; statements of other databases are cut by the rules of standard SQL.
    /// </summary>
    /// <param name="text">Any SQL text.</param>
    /// <param name="options">How it is read; null for <see cref="ParseOptions.Default"/>.</param>
    /// <returns>Where the statement stands, and where the rest of the text starts.</returns>
    public static StatementSlice FirstStatement(ReadOnlySpan<char> text, ParseOptions? options = null) =>
        StatementSplitter.First(text, options?.Dialect);

    /// <summary>The keywords that may follow a text, for completion: option names in lower case.</summary>
    /// <param name="text">A text up to the cursor, without the word that is being typed.</param>
    /// <param name="options">How it is read; null for <see cref="ParseOptions.Default"/>.</param>
    /// <returns>
    /// The keywords that may come next in the last statement, none when the text is wrong before its end.
    /// </returns>
    public static IReadOnlyList<string> KeywordsAfter(string text, ParseOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Completion.KeywordsAfter(new SourceText(text, options?.Dialect));
    }

    private static Statement Build(SourceText source, TokenList tokens, StatementDialect dialect)
    {
        var parser = ParserFor(source, tokens, dialect);
        var builder = new SyntaxBuilder(source);
        return dialect == StatementDialect.StarRocks
            ? builder.Build(parser.starRocksStatement())
            : builder.Build(parser.cockroachStatement());
    }

    /// <summary>
    /// Makes a parser. SLL suffices for this grammar, which a test shows, and is the faster of the two.
    /// </summary>
    internal static StatementParser ParserFor(
        SourceText source, TokenList tokens, StatementDialect dialect, bool fullContext = false)
    {
        var parser = new StatementParser(tokens, TextWriter.Null, TextWriter.Null)
        {
            ErrorHandler = new ThrowingErrorStrategy(new SyntaxErrorBuilder(source, tokens, dialect)),
        };
        parser.RemoveErrorListeners();
        parser.Interpreter.PredictionMode = fullContext ? PredictionMode.LL : PredictionMode.SLL;
        return parser;
    }
}
