using Antlr4.Runtime;
using Antlr4.Runtime.Misc;

namespace Backup.Sql.Parsing;

/// <summary>The tokens of one statement; the last one is the end of input.</summary>
internal sealed class TokenList : ITokenStream
{
    private SqlToken[] _tokens = new SqlToken[32];

    public int Count { get; private set; }

    public int Index { get; private set; }

    public int Size => Count;

    public string SourceName => IntStreamConstants.UnknownSourceName;

    public ITokenSource TokenSource => null!;

    public SqlToken this[int index] => _tokens[index];

    public void Add(SqlToken token)
    {
        if (Count == _tokens.Length)
            Array.Resize(ref _tokens, Count * 2);
        token.TokenIndex = Count;
        _tokens[Count++] = token;
    }

    public void Consume()
    {
        if (Index < Count - 1)
            Index++;
    }

    public int LA(int i) => At(i)?.Type ?? IntStreamConstants.EOF;

    public IToken LT(int k) => At(k)!;

    public IToken Get(int i) => _tokens[i];

    public int Mark() => 0;

    public void Release(int marker)
    {
    }

    public void Seek(int index) => Index = index;

    public string GetText(Interval interval) => string.Empty;

    public string GetText() => string.Empty;

    public string GetText(RuleContext ctx) => string.Empty;

    public string GetText(IToken start, IToken stop) => string.Empty;

    private SqlToken? At(int k)
    {
        var at = k > 0 ? Index + k - 1 : Index + k;
        return at < 0 ? null : _tokens[Math.Min(at, Count - 1)];
    }
}
