using System.Collections.Immutable;
using System.Globalization;
using Backup.Sql.Binding;
using Backup.Sql.Diagnostics;
using Backup.Sql.Syntax;

namespace Backup.Sql.Sessions.Queries;

/// <summary>
/// Gives the rows of queries over SHOW statements. All of them are held in memory: jobs are not many.
/// </summary>
/// <param name="values">What the expressions take from around the statement.</param>
/// <param name="show">Carries out a SHOW statement.</param>
internal sealed class QueryRunner(QueryValues values, Func<Statement, CancellationToken, Task<StatementResult>> show)
{
    private static readonly ColumnScope NoColumns = new([]);

    /// <summary>Runs a query.</summary>
    public Task<RowSet> RunAsync(Query query, CancellationToken cancellationToken) =>
        RunAsync(query, ImmutableDictionary<string, RowSet>.Empty, cancellationToken);

    private Task<RowSet> RunAsync(
        Query query, ImmutableDictionary<string, RowSet> tables, CancellationToken cancellationToken) => query switch
        {
            ParenthesizedQuery inner => RunAsync(inner.Inner, tables, cancellationToken),
            ValuesQuery list => ListAsync(list, tables, cancellationToken),
            SelectQuery select => SelectAsync(select, tables, cancellationToken),
            _ => ShowAsync((StatementQuery)query, cancellationToken),
        };

    private async Task<RowSet> ShowAsync(StatementQuery query, CancellationToken cancellationToken)
    {
        var result = await show(query.Statement, cancellationToken).ConfigureAwait(false);
        return RowSet.Of(
            result.Columns, await result.Rows.ToListAsync(cancellationToken).ConfigureAwait(false));
    }

    private async Task<RowSet> ListAsync(
        ValuesQuery list, ImmutableDictionary<string, RowSet> tables, CancellationToken cancellationToken)
    {
        var answers = await AnswersAsync(list.Rows.SelectMany(row => row), tables, cancellationToken)
            .ConfigureAwait(false);
        var compiler = new ExpressionCompiler(NoColumns, values, answers);
        var rows = list.Rows.Select(row => row.Select(compiler.Compile).ToList()).ToList();
        if (rows.Find(row => row.Count != rows[0].Count) is { } other)
            throw Errors.UnevenRows(rows[0].Count, other.Count, ValueBinder.PlaceOf(list));
        var columns = Enumerable.Range(0, rows[0].Count).Select(i => (
            Name: "column" + (i + 1).ToString(CultureInfo.InvariantCulture),
            Type: TypeOf([.. rows.Select(row => row[i])], ValueBinder.PlaceOf(list)))).ToList();
        return new RowSet(columns, [.. rows.Select(row => row.Select(term => term.Value([])).ToList())]);
    }

    private static SqlType TypeOf(IReadOnlyList<Term> column, TextPlace place)
    {
        var types = column.Select(term => term.Type).Where(type => type != SqlType.Null).Distinct().ToList();
        return types.Count switch
        {
            0 => SqlType.Null,
            1 => types[0],
            _ => throw Errors.TypeMismatch("a value of the list", types[0].ToText(), types[1].ToText(), place),
        };
    }

    private async Task<RowSet> SelectAsync(
        SelectQuery select, ImmutableDictionary<string, RowSet> tables, CancellationToken cancellationToken)
    {
        if (select.With is { } common)
        {
            tables = tables.SetItem(
                common.Name.Text, await RunAsync(common.Query, tables, cancellationToken).ConfigureAwait(false));
        }

        var source = await SourceAsync(select.From, tables, cancellationToken).ConfigureAwait(false);
        var answers = await AnswersAsync(ExpressionsOf(select), tables, cancellationToken).ConfigureAwait(false);
        var sourceName = select.From?.Alias?.Text ?? select.From?.Table?.Last.Text;
        var compiler = new ExpressionCompiler(new ColumnScope(source.Columns, sourceName), values, answers);
        var rows = source.Where(select.Where, compiler);
        var items = select.Items.SelectMany(item => Compile(item, source, compiler)).ToList();
        var columns = items.Select(item => (item.Name, item.Term.Type)).ToList();

        // Of an output row and the row that it was made of, ORDER BY may use both.
        var hidden = columns.Select(column => column.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var both = new RowSet(
            [.. columns, .. source.Columns.Select(c => hidden.Contains(c.Name) ? (Name: "", c.Type) : c)],
            [.. rows.Rows.Select(
                row => (IReadOnlyList<object?>)[.. items.Select(item => item.Term.Value(row)), .. row])]);
        var order = new ExpressionCompiler(new ColumnScope(both.Columns, sourceName), values, answers);
        var sorted = both.OrderBy([.. select.OrderBy.Select(term => ByPosition(term, columns))], order);
        var limit = RowFilters.LimitOf(select.Limit, new ExpressionCompiler(NoColumns, values, answers));
        return new RowSet(
            columns, [.. sorted.Limit(0, limit).Rows.Select(row => row.Take(columns.Count).ToList())]);
    }

    private async Task<RowSet> SourceAsync(
        QuerySource? source, ImmutableDictionary<string, RowSet> tables, CancellationToken cancellationToken) =>
        source switch
        {
            null => RowSet.OneRow,
            { Rows: { } query } => await RunAsync(query, tables, cancellationToken).ConfigureAwait(false),
            { Table: { Parts.Count: 1 } name } when tables.TryGetValue(name.Last.Text, out var rows) => rows,
            { Table: var name } => throw Errors.UnknownSource(
                string.Join('.', name!.Parts.Select(part => part.Text)), ValueBinder.PlaceOf(source)),
        };

    private async Task<Dictionary<Query, RowSet>> AnswersAsync(
        IEnumerable<Expression> expressions,
        ImmutableDictionary<string, RowSet> tables,
        CancellationToken cancellationToken)
    {
        var answers = new Dictionary<Query, RowSet>(ReferenceEqualityComparer.Instance);
        foreach (var query in expressions.SelectMany(Subqueries.In))
            answers[query] = await RunAsync(query, tables, cancellationToken).ConfigureAwait(false);
        return answers;
    }

    private static IEnumerable<(string Name, Term Term)> Compile(
        SelectItem item, RowSet source, ExpressionCompiler compiler)
    {
        if (item.Expression is null)
            return source.Columns.Select((column, i) => (column.Name, new Term(column.Type, row => row[i])));
        return [(item.Alias?.Text ?? NameOf(item.Expression), compiler.Compile(item.Expression))];
    }

    private static string NameOf(Expression expression) => expression switch
    {
        NameExpression name => name.Name.Last.Text,
        FunctionCall call => call.Function.Last.Text,
        ParenthesizedExpression inner => NameOf(inner.Inner),
        CastExpression cast => NameOf(cast.Operand),
        _ => "?column?",
    };

    /// <summary>ORDER BY 2 means the second column of the output.</summary>
    private static OrderTerm ByPosition(OrderTerm term, List<(string Name, SqlType Type)> columns)
    {
        if (term.Expression is not NumberLiteral number)
            return term;
        if (Values.Parse(number.Text, SqlType.Int) is not long position || position < 1 || position > columns.Count)
            throw Errors.NoSuchPosition(number.Text, columns.Count, ValueBinder.PlaceOf(number));
        var name = new Name(columns[(int)position - 1].Name);
        return term with { Expression = new NameExpression(new ObjectName([name])) { Span = number.Span } };
    }

    private static IEnumerable<Expression> ExpressionsOf(SelectQuery select) =>
    [
        .. select.Items.Select(item => item.Expression).OfType<Expression>(),
        .. new[] { select.Where, select.Limit }.OfType<Expression>(),
        .. select.OrderBy.Select(term => term.Expression),
    ];
}
