namespace Backup.Sql.Parsing;

/// <summary>
/// Finds the ends of what a regular rule cannot: joined strings, dollar quotes, nested comments. Every method answers
/// with the offset after the end, or -1 when the text ends first; -1 goes in where it came out.
/// </summary>
internal static class QuoteRules
{
    /// <summary>The end of a quoted text: a doubled quote does not end it.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="start">Offset after the opening quote.</param>
    /// <param name="quote">The quote.</param>
    /// <param name="withEscapes">True when a backslash takes the meaning of the next character away.</param>
    /// <returns>The offset after the closing quote, or -1.</returns>
    public static int EndOfQuoted(ReadOnlySpan<char> text, int start, char quote, bool withEscapes)
    {
        var at = start;
        while (at < text.Length)
        {
            var next = withEscapes ? text[at..].IndexOfAny(quote, '\\') : text[at..].IndexOf(quote);
            if (next < 0)
                return -1;
            at += next + 1;
            if (text[at - 1] == '\\' && quote != '\\')
                at++;
            else if (at < text.Length && text[at] == quote)
                at++;
            else
                return at;
        }

        return -1;
    }

    /// <summary>
    /// The end of a string that may go on: a quote after white space that holds a newline joins its string to this one,
    /// which is read by the rule of the first.
    /// </summary>
    /// <param name="text">The whole text.</param>
    /// <param name="end">Offset after the first closing quote, or -1.</param>
    /// <param name="withEscapes">True when the first part has escapes.</param>
    /// <returns>The offset after the last closing quote, or -1.</returns>
    public static int EndOfJoined(ReadOnlySpan<char> text, int end, bool withEscapes)
    {
        while (end >= 0)
        {
            var next = NextPart(text, end);
            if (next < 0)
                return end;
            end = EndOfQuoted(text, next + 1, '\'', withEscapes);
        }

        return end;
    }

    /// <summary>The opening quote of the string that is joined to the one before.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="end">Offset after a closing quote.</param>
    /// <returns>The offset of the quote, or -1 when no string is joined.</returns>
    public static int NextPart(ReadOnlySpan<char> text, int end)
    {
        var at = end;
        var hasNewLine = false;
        while (at < text.Length && text[at] is ' ' or '\t' or '\r' or '\n' or '\f' or '\v')
            hasNewLine |= text[at++] is '\n' or '\r';
        return hasNewLine && at < text.Length && text[at] == '\'' ? at : -1;
    }

    /// <summary>The end of a dollar-quoted string.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="start">Offset of the opening tag.</param>
    /// <param name="content">Offset after the opening tag.</param>
    /// <returns>The offset after the closing tag, or -1.</returns>
    public static int EndOfDollarQuoted(ReadOnlySpan<char> text, int start, int content)
    {
        var close = text[content..].IndexOf(text[start..content]);
        return close < 0 ? -1 : content + close + content - start;
    }

    /// <summary>The end of a block comment; comments nest.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="start">Where the comment starts.</param>
    /// <returns>The offset after the comment, or -1.</returns>
    public static int EndOfComment(ReadOnlySpan<char> text, int start)
    {
        var depth = 0;
        var at = start;
        do
        {
            var next = at < text.Length ? text[at..].IndexOfAny('/', '*') : -1;
            if (next < 0 || at + next + 1 >= text.Length)
                return -1;
            at += next;
            var (first, second) = (text[at], text[at + 1]);
            if (first != second && second is '/' or '*')
            {
                depth += first == '/' ? 1 : -1;
                at++;
            }

            at++;
        }
        while (depth > 0);
        return at;
    }

    /// <summary>The end that was found, or the end of the text.</summary>
    /// <param name="end">An offset, or -1.</param>
    /// <param name="text">The whole text.</param>
    /// <returns>The offset.</returns>
    public static int OrEndOf(this int end, ReadOnlySpan<char> text) => end < 0 ? text.Length : end;
}
