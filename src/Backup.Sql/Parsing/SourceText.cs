using Antlr4.Runtime;
using Backup.Sql.Diagnostics;
using Backup.Sql.Syntax;

namespace Backup.Sql.Parsing;

/// <summary>
/// The text that is parsed: it turns tokens into spans and places, and keeps secrets out of what errors show.
/// </summary>
/// <param name="text">The whole text.</param>
/// <param name="dialect">The dialect of every statement; null to choose it for each.</param>
internal sealed class SourceText(string text, StatementDialect? dialect)
{
    private const int ExcerptMargin = 100;
    private const int MaxValueLength = 40;

    private readonly List<int> _statementStarts = [];

    /// <summary>The whole text.</summary>
    public string Text => text;

    /// <summary>Notes where a statement starts.</summary>
    /// <returns>The dialect that it is read by.</returns>
    public StatementDialect BeginStatement(int position)
    {
        _statementStarts.Add(position);
        return dialect ?? DialectChooser.Choose(text, position);
    }

    /// <summary>The place of half a surrogate pair; null when there is none.</summary>
    public SourcePlace? FindInvalidUtf16()
    {
        for (var at = IndexOfSurrogate(0); at >= 0; at = IndexOfSurrogate(at))
        {
            if (at + 1 == text.Length || !char.IsSurrogatePair(text[at], text[at + 1]))
            {
                var before = text.AsSpan(0, at);
                var column = at - before.LastIndexOf('\n');
                return Place(new SourceSpan(at, 1, before.Count('\n') + 1, column));
            }

            at += 2;
        }

        return null;
    }

    private int IndexOfSurrogate(int from)
    {
        var next = text.AsSpan(from).IndexOfAnyInRange('\uD800', '\uDFFF');
        return next < 0 ? -1 : from + next;
    }

    /// <summary>The text of a token.</summary>
    public ReadOnlySpan<char> TextOf(SqlToken token) =>
        token.StopIndex < token.StartIndex ? [] : text.AsSpan(token.StartIndex, token.StopIndex + 1 - token.StartIndex);

    /// <summary>The span from the start of one token to the end of another.</summary>
    public static SourceSpan Span(SqlToken first, SqlToken last) => new(
        first.StartIndex, Math.Max(0, last.StopIndex + 1 - first.StartIndex), first.Line, first.Column + 1);

    /// <summary>The place of a token, for an error.</summary>
    public SourcePlace Place(SqlToken token) => Place(Span(token, token));

    /// <summary>The place of a span, for an error.</summary>
    public SourcePlace Place(SourceSpan span) => new(span.Line, span.Column, span.Length, Excerpt(span.Start));

    /// <summary>How an error calls a token: its value in quotes, cut short, secrets masked.</summary>
    public string Describe(SqlToken token)
    {
        if (token.Type == TokenConstants.EOF)
            return token.StopIndex < token.StartIndex ? "EOF" : "\";\"";
        var length = Math.Min(TextOf(token).Length, MaxValueLength + 2);
        var value = Masked(token.StartIndex, token.StartIndex + length);
        value = Unquoted(value, isWhole: length == TextOf(token).Length);
        return value.Length > MaxValueLength ? $"\"{value[..MaxValueLength]}…\"" : $"\"{value}\"";
    }

    // The line of an offset and a caret below it; a long line is cut on both sides.
    private string Excerpt(int offset)
    {
        var start = Math.Max(0, offset - ExcerptMargin);
        var end = Math.Min(text.Length, offset + ExcerptMargin);
        var lineStart = text.AsSpan(start, offset - start).LastIndexOfAny('\r', '\n');
        var lineEnd = text.AsSpan(offset, end - offset).IndexOfAny('\r', '\n');
        var isCutBefore = lineStart < 0 && start > 0;
        var isCutAfter = lineEnd < 0 && end < text.Length;
        start += lineStart + 1;
        end = lineEnd < 0 ? end : offset + lineEnd;

        var prefix = isCutBefore ? "…" : string.Empty;
        var suffix = isCutAfter ? "…" : string.Empty;
        return $"{prefix}{Masked(start, end)}{suffix}\n{new string(' ', prefix.Length + offset - start)}^";
    }

    private string Masked(int start, int end)
    {
        var piece = text.AsSpan(start, end - start).ToArray();
        var found = _statementStarts.BinarySearch(start);
        var from = found >= 0 ? start : found == -1 ? 0 : _statementStarts[~found - 1];
        SecretMask.Apply(piece, start, text, from, dialect);
        for (var i = 0; i < piece.Length; i++)
        {
            if (char.IsControl(piece[i]))
                piece[i] = ' ';
        }

        return new string(piece);
    }

    // The quotes of a value that was cut short stand at its start only.
    private static string Unquoted(string value, bool isWhole) => value switch
    {
        ['\'' or '"' or '`', .. var inner] => isWhole && inner.Length > 0 ? inner[..^1] : inner,
        ['$', >= '0' and <= '9', ..] => value[1..],
        _ => value,
    };
}
