using Backup.Sql.Sqlite.Interop;

namespace Backup.Sql.Sqlite.Catalog;

/// <summary>
/// A statement out of <c>sqlite_master</c>, cut into tokens by SQLite's rules (sqlite.org/lang_keywords.html and its
/// tokenizer): enough to find names in it and to put others in their places, nothing is parsed and printed again.
/// </summary>
internal sealed class SqlText
{
    private readonly List<SqlToken> _tokens = [];

    public SqlText(string text)
    {
        Text = text;
        for (var position = 0; position < text.Length;)
        {
            var end = EndOfToken(text, position, out var kind);
            if (kind is { } found)
                _tokens.Add(new SqlToken(found, position, end - position));
            position = end;
        }
    }

    public string Text { get; }

    public int Count => _tokens.Count;

    public SqlToken this[int index] => _tokens[index];

    /// <summary>True when a token is a bare word of that spelling, in any case.</summary>
    public bool IsWord(int index, string word) =>
        index >= 0
        && index < Count
        && _tokens[index].Kind == SqlTokenKind.Word
        && Span(index).Equals(word, StringComparison.OrdinalIgnoreCase);

    /// <summary>True when a token is that one character.</summary>
    public bool Is(int index, char character) =>
        index >= 0
        && index < Count
        && _tokens[index] is { Kind: SqlTokenKind.Other, Length: 1 } token
        && Text[token.Start] == character;

    /// <summary>The name that a token stands for, without its quotes.</summary>
    public string Name(int index)
    {
        var token = _tokens[index];
        var span = Span(index);
        if (token.Kind == SqlTokenKind.Word)
            return span.ToString();
        if (span.Length < 2)
            return string.Empty;
        var quote = span[^1];
        var inner = span[1..^1].ToString();
        return quote == ']'
            ? inner
            : inner.Replace(new string(quote, 2), new string(quote, 1), StringComparison.Ordinal);
    }

    /// <summary>True when a token can be a name and means this one.</summary>
    public bool IsName(int index, string name) =>
        index >= 0
        && index < Count
        && _tokens[index].CanBeName
        && AsciiIgnoreCaseComparer.Instance.Equals(Name(index), name);

    /// <summary>The first token that is a bare word of that spelling and stands outside all parentheses.</summary>
    /// <returns>-1 when there is none.</returns>
    public int FindOutside(int from, string word)
    {
        for (var index = from; index < Count; index++)
        {
            if (Is(index, '('))
                index = Closing(index);
            else if (IsWord(index, word))
                return index;
        }

        return -1;
    }

    /// <summary>The parenthesis that closes the one given; the last token when none does.</summary>
    public int Closing(int opening)
    {
        var depth = 0;
        for (var index = opening; index < Count; index++)
        {
            if (Is(index, '('))
                depth++;
            else if (Is(index, ')') && --depth == 0)
                return index;
        }

        return Count - 1;
    }

    /// <summary>The text with some places replaced.</summary>
    /// <param name="edits">Start, length and new text of each place; places do not overlap.</param>
    public string With(IEnumerable<(int Start, int Length, string Replacement)> edits)
    {
        var result = Text;
        foreach (var (start, length, replacement) in edits.OrderByDescending(edit => edit.Start))
            result = string.Concat(result.AsSpan(0, start), replacement, result.AsSpan(start + length));
        return result;
    }

    /// <summary>The edit that puts a name in the place of a token.</summary>
    public (int Start, int Length, string Replacement) Rename(int index, string name) =>
        (_tokens[index].Start, _tokens[index].Length, Connection.Quote(name));

    public ReadOnlySpan<char> Span(int index) => Text.AsSpan(_tokens[index].Start, _tokens[index].Length);

    private static int EndOfToken(string text, int start, out SqlTokenKind? kind)
    {
        var first = text[start];
        kind = null;
        if (char.IsWhiteSpace(first))
            return start + 1;
        if (first == '-' && Follows(text, start, '-'))
            return EndOf(text, "\n", start + 2);
        if (first == '/' && Follows(text, start, '*'))
            return EndOf(text, "*/", start + 2);
        if (first is '"' or '`' or '\'' or '[')
        {
            kind = first == '\'' ? SqlTokenKind.Text : SqlTokenKind.QuotedName;
            return EndOfQuoted(text, start, first);
        }

        if (!IsWordPart(first))
        {
            kind = SqlTokenKind.Other;
            return start + 1;
        }

        kind = char.IsAsciiDigit(first) ? SqlTokenKind.Other : SqlTokenKind.Word;
        var end = start + 1;
        while (end < text.Length && IsWordPart(text[end]))
            end++;
        return end;
    }

    private static int EndOfQuoted(string text, int start, char quote)
    {
        if (quote == '[')
            return EndOf(text, "]", start + 1);
        for (var position = start + 1; position < text.Length; position++)
        {
            if (text[position] != quote)
                continue;
            if (!Follows(text, position, quote))
                return position + 1;
            position++;
        }

        return text.Length;
    }

    private static bool Follows(string text, int position, char next) =>
        position + 1 < text.Length && text[position + 1] == next;

    private static int EndOf(string text, string mark, int from)
    {
        var found = text.IndexOf(mark, from, StringComparison.Ordinal);
        return found < 0 ? text.Length : found + mark.Length;
    }

    // SQLite lets every character beyond ASCII be part of a name.
    private static bool IsWordPart(char unit) => char.IsAsciiLetterOrDigit(unit) || unit is '_' or '$' || unit >= 0x80;
}
