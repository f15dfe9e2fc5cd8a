namespace Backup.Sql.Sessions;

/// <summary>Makes results.</summary>
internal static class ResultSet
{
    public static StatementResult Empty(string tag, IReadOnlyList<string>? notices = null) => Of(tag, [], [], notices);

    public static StatementResult Of(
        string tag,
        IReadOnlyList<ResultColumn> columns,
        IEnumerable<IReadOnlyList<object?>> rows,
        IReadOnlyList<string>? notices = null) =>
        new(tag, columns, rows.ToAsyncEnumerable(), notices ?? []);
}
