using Antlr4.Runtime;
using Antlr4.Runtime.Misc;
using Backup.Sql.Syntax;

namespace Backup.Sql.Parsing;

/// <summary>
/// The text as the lexers see it. Every unit beyond ASCII is handed on as U+007F: to both dialects it is a letter, and
/// the lexer caches no transition beyond ASCII. U+007F itself becomes U+0000, which belongs to no word. For the same
/// reason a semicolon is handed on at the end of the text: a transition over the end of input is worked out anew every
/// time.
/// </summary>
internal sealed class TextStream(string text, StatementDialect dialect) : ICharStream
{
    private readonly bool _isStarRocks = dialect == StatementDialect.StarRocks;

    public int Index { get; private set; }

    public int Size => text.Length + 1;

    public string SourceName => IntStreamConstants.UnknownSourceName;

    public void Consume() => Index++;

    public int LA(int i)
    {
        var at = i > 0 ? Index + i - 1 : Index + i;
        if ((uint)at >= (uint)text.Length)
            return at == text.Length ? ';' : IntStreamConstants.EOF;
        var c = text[at];
        return c < '\u007F' ? c : Beyond(c);
    }

    public int Mark() => 0;

    public void Release(int marker)
    {
    }

    public void Seek(int index) => Index = index;

    public string GetText(Interval interval) => text[interval.a..(interval.b + 1)];

    private char Beyond(char c) => c switch
    {
        '\u007F' => '\0',
        '\u3000' when _isStarRocks => ' ',
        _ => '\u007F',
    };
}
