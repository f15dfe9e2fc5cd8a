using Backup.Sql.Sessions.Queries;
using Backup.Sql.Syntax;

namespace Backup.Sql.Sessions.Snapshots;

/// <summary>WHERE, ORDER BY and LIMIT of the SHOW statements of the StarRocks dialect.</summary>
internal static class ShownRows
{
    private static readonly Dictionary<Query, RowSet> NoQueries = [];

    /// <summary>Makes the result of the rows that the clauses leave.</summary>
    /// <param name="tag">The statement, before the number of rows.</param>
    /// <param name="columns">The columns.</param>
    /// <param name="rows">All rows.</param>
    /// <param name="filter">The clauses.</param>
    /// <param name="now">The statement's time.</param>
    /// <exception cref="Diagnostics.BackupSqlException">42703 there is no such column; 42804 types do not agree.
    /// </exception>
    public static StatementResult Filter(
        string tag, IReadOnlyList<ResultColumn> columns, IEnumerable<IReadOnlyList<object?>> rows, RowFilter filter,
        DateTimeOffset now)
    {
        var all = RowSet.Of(columns, rows);
        var compiler = new ExpressionCompiler(new ColumnScope(all.Columns), new QueryValues([], now), NoQueries);
        var shown = all.Where(filter.Where, compiler).OrderBy(filter.OrderBy, compiler)
            .Limit(filter.Offset ?? 0, filter.Limit);
        return ResultSet.Of($"{tag} {shown.Rows.Count}", columns, shown.Rows);
    }
}
