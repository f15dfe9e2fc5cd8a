using Antlr4.Runtime;
using Backup.Sql.Parsing.Generated;
using Backup.Sql.Syntax;

namespace Backup.Sql.Parsing;

/// <content>Queries over jobs and schedules.</content>
internal sealed partial class SyntaxBuilder
{
    private Query QueryOf(StatementParser.QueryContext context) => context.plainQuery() is { } plain
        ? PlainQuery(plain)
        : new ParenthesizedQuery(QueryOf(context.query())) { Span = SpanOf(context) };

    private Query PlainQuery(StatementParser.PlainQueryContext context)
    {
        if (TypeAt(context, 0) == StatementParser.VALUES)
        {
            var rows = ListOf<StatementParser.ValuesRowContext, ValueList<Expression>>(
                context, row => ListOf<StatementParser.ExpressionContext, Expression>(row, ExpressionOf));
            return new ValuesQuery(rows) { Span = SpanOf(context) };
        }

        var items = ListOf<StatementParser.SelectItemContext, SelectItem>(context, SelectItemOf);
        var query = new SelectQuery(items)
        {
            Span = SpanOf(context),
            With = context.commonTable() is { } with
                ? new CommonTable(NameOf(with.name()), RowsOf(with.rowsQuery())) { Span = SpanOf(with) }
                : null,
        };
        return context.fromClause() is { } from ? WithFrom(query, from) : query;
    }

    private SelectItem SelectItemOf(StatementParser.SelectItemContext context) => new(
        context.expression() is { } expression ? ExpressionOf(expression) : null,
        context.name() is { } name ? NameOf(name) : null)
    {
        Span = SpanOf(context),
    };

    private SelectQuery WithFrom(SelectQuery query, StatementParser.FromClauseContext context)
    {
        var table = context.dottedName() is { } dotted ? ObjectNameOf(dotted) : null;
        var rows = context.rowsQuery() is { } inner ? RowsOf(inner) : null;
        var alias = context.name() is { } name ? NameOf(name) : null;
        query = query with
        {
            From = new QuerySource(table, rows, alias) { Span = SpanOf(context) },
            OrderBy = ListOf<StatementParser.OrderTermContext, OrderTerm>(context, OrderTermOf),
        };

        // WHERE and LIMIT both hold an expression: the keyword before it tells which.
        for (var i = 1; i < context.ChildCount; i++)
        {
            if (context.GetChild(i) is not StatementParser.ExpressionContext expression)
                continue;
            query = TypeAt(context, i - 1) == StatementParser.WHERE
                ? query with { Where = ExpressionOf(expression) }
                : query with { Limit = ExpressionOf(expression) };
        }

        return query;
    }

    private OrderTerm OrderTermOf(ParserRuleContext context) =>
        new(ExpressionOf((ParserRuleContext)context.GetChild(0)), DirectionOf(TypeAt(context, 1)))
        {
            Span = SpanOf(context),
        };

    private static SortDirection DirectionOf(int tokenType) => tokenType switch
    {
        StatementParser.ASC => SortDirection.Ascending,
        StatementParser.DESC => SortDirection.Descending,
        _ => SortDirection.Unspecified,
    };

    private Query RowsOf(StatementParser.RowsQueryContext context) => context.query() is { } query
        ? QueryOf(query)
        : new StatementQuery(Build((ParserRuleContext)context.GetChild(0))) { Span = SpanOf(context) };

    // A single value in the place of a query is one row of one value.
    private ValuesQuery ValueOf(StatementParser.ExpressionContext context)
    {
        var value = ExpressionOf(context);
        ValueList<Expression> row = [value];
        return new ValuesQuery([row]) { Span = value.Span };
    }
}
