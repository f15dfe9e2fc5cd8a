using Antlr4.Runtime;

namespace Backup.Sql.Parsing;

/// <summary>Makes <see cref="SqlToken"/>s for the lexers.</summary>
internal sealed class SqlTokenFactory : ITokenFactory
{
    private SqlTokenFactory()
    {
    }

    public static SqlTokenFactory Instance { get; } = new();

    public IToken Create(
        Tuple<ITokenSource, ICharStream> source,
        int type,
        string text,
        int channel,
        int start,
        int stop,
        int line,
        int column) => new SqlToken(type, start, stop, line, column);

    public IToken Create(int type, string text) => new SqlToken(type, 0, -1, 0, 0);
}
