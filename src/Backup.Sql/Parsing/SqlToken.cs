using Antlr4.Runtime;

namespace Backup.Sql.Parsing;

/// <summary>A token without its text, which is cut from the source when somebody asks for it.</summary>
internal sealed class SqlToken(int type, int start, int stop, int line, int column) : IToken
{
    public int Type { get; set; } = type;

    /// <summary>Offset of the first character.</summary>
    public int StartIndex { get; } = start;

    /// <summary>
    /// Offset of the last character; less than <see cref="StartIndex"/> for the end of the statement.
    /// </summary>
    public int StopIndex { get; set; } = stop;

    public int Line { get; } = line;

    /// <summary>Column from 0, as ANTLR counts.</summary>
    public int Column { get; } = column;

    public int TokenIndex { get; set; }

    public int Channel => TokenConstants.DefaultChannel;

    public string Text => string.Empty;

    public ITokenSource TokenSource => null!;

    public ICharStream InputStream => null!;
}
