namespace Backup.Sql.Sessions;

/// <summary>What a statement gave.</summary>
public sealed class StatementResult
{
    internal StatementResult(
        string tag,
        IReadOnlyList<ResultColumn> columns,
        IAsyncEnumerable<IReadOnlyList<object?>> rows,
        IReadOnlyList<string> notices)
    {
        Tag = tag;
        Columns = columns;
        Rows = rows;
        Notices = notices;
    }

    /// <summary>
    /// The command tag: the statement's kind and, where it counts something, the number: <c>PAUSE JOBS 2</c>.
    /// </summary>
    public string Tag { get; }

    /// <summary>The columns; empty for a statement without rows.</summary>
    public IReadOnlyList<ResultColumn> Columns { get; }

    /// <summary>
    /// The rows; values have the CLR types that <see cref="ResultType"/> gives. May be enumerated once.
    /// </summary>
    public IAsyncEnumerable<IReadOnlyList<object?>> Rows { get; }

    /// <summary>What the user should know although the statement succeeded, as sentences.</summary>
    public IReadOnlyList<string> Notices { get; }
}
