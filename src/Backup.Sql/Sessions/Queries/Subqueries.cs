using Backup.Sql.Syntax;

namespace Backup.Sql.Sessions.Queries;

/// <summary>
/// Finds the queries inside an expression. None of them sees the row around it, so that all can be answered before.
/// </summary>
internal static class Subqueries
{
    public static IEnumerable<Query> In(Expression expression)
    {
        var queries = new List<Query>();
        var open = new Stack<Expression>([expression]);
        while (open.TryPop(out var next))
        {
            if (QueryOf(next) is { } query)
                queries.Add(query);
            foreach (var part in PartsOf(next))
                open.Push(part);
        }

        return queries;
    }

    private static Query? QueryOf(Expression expression) => expression switch
    {
        SubqueryExpression single => single.Query,
        InExpression among => among.Query,
        _ => null,
    };

    private static IEnumerable<Expression> PartsOf(Expression expression) => expression switch
    {
        BinaryExpression binary => [binary.Left, binary.Right],
        UnaryExpression unary => [unary.Operand],
        ParenthesizedExpression inner => [inner.Inner],
        CastExpression cast => [cast.Operand],
        IsNullExpression test => [test.Operand],
        InExpression among => among.Items.Prepend(among.Operand),
        FunctionCall call => call.Arguments,
        ArrayExpression array => array.Items,
        _ => [],
    };
}
