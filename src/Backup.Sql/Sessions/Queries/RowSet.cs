namespace Backup.Sql.Sessions.Queries;

/// <summary>Rows that a query reads or gives.</summary>
/// <param name="Columns">Names and types.</param>
/// <param name="Rows">The rows; their values have the types of the columns.</param>
internal sealed record RowSet(
    IReadOnlyList<(string Name, SqlType Type)> Columns, IReadOnlyList<IReadOnlyList<object?>> Rows)
{
    /// <summary>One row without columns: what a SELECT without FROM reads.</summary>
    public static RowSet OneRow { get; } = new([], [[]]);

    /// <summary>The rows of a result.</summary>
    public static RowSet Of(IEnumerable<ResultColumn> columns, IEnumerable<IReadOnlyList<object?>> rows) =>
        new([.. columns.Select(column => (column.Name, SqlTypes.Of(column.Type)))], [.. rows]);
}
