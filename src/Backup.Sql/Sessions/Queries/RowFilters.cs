using Backup.Sql.Binding;
using Backup.Sql.Diagnostics;
using Backup.Sql.Syntax;

namespace Backup.Sql.Sessions.Queries;

/// <summary>WHERE, ORDER BY and LIMIT over rows.</summary>
internal static class RowFilters
{
    /// <summary>Keeps the rows for which a condition is true.</summary>
    public static RowSet Where(this RowSet rows, Expression? condition, ExpressionCompiler compiler)
    {
        if (condition is null)
            return rows;
        var keeps = compiler.CompileCondition(condition, "WHERE");
        return rows with { Rows = [.. rows.Rows.Where(keeps)] };
    }

    /// <summary>
    /// The order in which a list of terms puts rows; equal rows stay as they are, NULL comes before everything else.
    /// </summary>
    public static IComparer<IReadOnlyList<object?>> Order(IEnumerable<OrderTerm> terms, ExpressionCompiler compiler)
    {
        var keys = terms.Select(term => (
            Term: compiler.Compile(term.Expression), Sign: term.Direction == SortDirection.Descending ? -1 : 1))
                .ToList();
        return Comparer<IReadOnlyList<object?>>.Create((left, right) =>
        {
            foreach (var (term, sign) in keys)
            {
                if (Compare(term.Type, term.Value(left), term.Value(right)) is var order and not 0)
                    return sign * order;
            }

            return 0;
        });
    }

    /// <summary>Sorts rows.</summary>
    public static RowSet OrderBy(this RowSet rows, IReadOnlyCollection<OrderTerm> terms, ExpressionCompiler compiler) =>
        terms.Count == 0 ? rows : rows with { Rows = [.. rows.Rows.Order(Order(terms, compiler))] };

    /// <summary>Passes over some rows and keeps at most some of those after them.</summary>
    public static RowSet Limit(this RowSet rows, long offset, long? limit) =>
        rows with { Rows = [.. rows.Rows.Skip(ToInt(offset)).Take(ToInt(limit ?? int.MaxValue))] };

    /// <summary>The number of rows that LIMIT allows; null for NULL, which means all.</summary>
    public static long? LimitOf(Expression? limit, ExpressionCompiler compiler)
    {
        if (limit is null)
            return null;
        var place = ValueBinder.PlaceOf(limit);
        var term = compiler.Compile(limit);
        if (term.Text is not null)
            term = Comparison.As(term, SqlType.Int, place);
        if (term.Type is not (SqlType.Int or SqlType.Null))
            throw Errors.TypeMismatch("LIMIT", "INT", term.Type.ToText(), place);
        return (long?)term.Value([]) switch
        {
            < 0 => throw Errors.NegativeLimit(place),
            var rows => rows,
        };
    }

    private static int ToInt(long number) => (int)Math.Min(number, int.MaxValue);

    private static int Compare(SqlType type, object? left, object? right) => (left, right) switch
    {
        (null, null) => 0,
        (null, _) => -1,
        (_, null) => 1,
        _ => Values.Compare(type, left, right),
    };
}
