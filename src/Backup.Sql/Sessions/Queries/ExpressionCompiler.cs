using System.Runtime.CompilerServices;
using Backup.Sql.Binding;
using Backup.Sql.Diagnostics;
using Backup.Sql.Syntax;

namespace Backup.Sql.Sessions.Queries;

/// <summary>
/// Finds the columns of an expression and checks its types, once, before the first row: what is wrong is wrong without
/// rows too.
/// </summary>
/// <param name="scope">The columns that names mean.</param>
/// <param name="values">What placeholders stand for, the first being $1, and what time it is.</param>
/// <param name="answers">The rows of the queries inside the expression, by the query.</param>
internal sealed class ExpressionCompiler(
    ColumnScope scope, QueryValues values, IReadOnlyDictionary<Query, RowSet> answers)
{
    /// <summary>Compiles an expression.</summary>
    public Term Compile(Expression expression)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw Errors.ExpressionTooLong(ValueBinder.PlaceOf(expression));
        return expression switch
        {
            NameExpression name => scope.Find(name.Name),
            BooleanLiteral literal => Term.Constant(SqlType.Bool, literal.Value),
            NullLiteral => Term.Constant(SqlType.Null, null),
            NumberLiteral number => Number(number),
            StringLiteral text => Term.OfText(text.Value),
            TypedLiteral typed => Typed(typed),
            Placeholder placeholder => Parameter(placeholder),
            ParenthesizedExpression inner => Compile(inner.Inner),
            CastExpression cast => Cast(cast),
            UnaryExpression unary => Unary(unary),
            BinaryExpression binary => Binary(binary),
            IsNullExpression test => IsNull(test),
            InExpression among => In(among),
            FunctionCall call => new Functions(values.Now).Compile(call, [.. call.Arguments.Select(Compile)]),
            ArrayExpression array => Array(array),
            SubqueryExpression query => Single(query),
            _ => throw Errors.NoValue("DEFAULT", ValueBinder.PlaceOf(expression)),
        };
    }

    /// <summary>Compiles a condition.</summary>
    /// <returns>True for the rows for which the condition is true, and neither false nor NULL.</returns>
    public Func<IReadOnlyList<object?>, bool> CompileCondition(Expression condition, string clause)
    {
        var term = Boolean(condition, clause);
        return row => term.Value(row) is true;
    }

    private static Term Number(NumberLiteral number) =>
        Values.Parse(number.Text, SqlType.Int) is { } whole ? Term.Constant(SqlType.Int, whole)
        : Values.Parse(number.Text, SqlType.Decimal) is { } exact ? Term.Constant(SqlType.Decimal, exact)
        : Term.Constant(SqlType.Float, Values.Parse(number.Text, SqlType.Float));

    private static Term Typed(TypedLiteral literal)
    {
        var type = SqlTypes.Of(literal.Type);
        return Term.Constant(
            type,
            Values.Parse(literal.Text, type)
                ?? throw Errors.NotOfType(literal.Text, type.ToText(), ValueBinder.PlaceOf(literal)));
    }

    private Term Parameter(Placeholder placeholder) => values.Parameter(placeholder) switch
    {
        null => Term.Constant(SqlType.Null, null),
        bool truth => Term.Constant(SqlType.Bool, truth),
        sbyte or byte or short or ushort or int or uint or long => Term.Constant(
            SqlType.Int, Convert.ToInt64(values.Parameter(placeholder), null)),
        float or double => Term.Constant(SqlType.Float, Convert.ToDouble(values.Parameter(placeholder), null)),
        decimal number => Term.Constant(SqlType.Decimal, number),
        DateTimeOffset time => Term.Constant(SqlType.TimestampTz, time),
        TimeSpan interval => Term.Constant(SqlType.Interval, interval),
        byte[] bytes => Term.Constant(SqlType.Bytes, bytes),
        string[] texts => Term.Constant(SqlType.StringArray, texts),
        var other => Term.OfText(Values.Text(other)),
    };

    private Term Cast(CastExpression cast)
    {
        var place = ValueBinder.PlaceOf(cast);
        var operand = Compile(cast.Operand);
        var type = SqlTypes.Of(cast.Type) ?? throw Errors.UnknownType(cast.Type.Name.Text, place);
        if (!Values.CanConvert(operand.Type, type))
            throw Errors.CannotCast(operand.Type.ToText(), type.ToText(), place);
        return Term.Strict(
            type,
            operand,
            value => Values.Convert(value, operand.Type, type)
                ?? throw Errors.NotOfType(Values.Text(value), type.ToText(), place));
    }

    private Term Unary(UnaryExpression unary)
    {
        if (unary.Operator == UnaryOperator.Not)
            return Term.Strict(SqlType.Bool, Boolean(unary.Operand, "NOT"), value => !(bool)value);
        var place = ValueBinder.PlaceOf(unary);

        // The least integer has no positive counterpart.
        if (unary.Operand is NumberLiteral literal && Values.Parse("-" + literal.Text, SqlType.Int) is { } least)
            return Term.Constant(SqlType.Int, least);
        return Arithmetic.Negate(Compile(unary.Operand), place);
    }

    private Term Binary(BinaryExpression binary)
    {
        var place = ValueBinder.PlaceOf(binary);
        switch (binary.Operator)
        {
            case BinaryOperator.And:
                return Logic(binary, "AND", decisive: false);
            case BinaryOperator.Or:
                return Logic(binary, "OR", decisive: true);
            case BinaryOperator.Like:
                return Like(binary, place);
            case BinaryOperator.Add or BinaryOperator.Subtract or BinaryOperator.Multiply or BinaryOperator.Divide
                or BinaryOperator.Concatenate:
                return Arithmetic.Compile(binary.Operator, Compile(binary.Left), Compile(binary.Right), place);
            default:
                var (left, right) = Comparison.Unify(Compile(binary.Left), Compile(binary.Right), place);
                return Comparison.Compile(binary.Operator, left, right);
        }
    }

    /// <summary>AND and OR: one side decides when it has the decisive value, whatever the other is.</summary>
    private Term Logic(BinaryExpression binary, string word, bool decisive)
    {
        var left = Boolean(binary.Left, word);
        var right = Boolean(binary.Right, word);
        return new Term(SqlType.Bool, row =>
        {
            var first = (bool?)left.Value(row);
            if (first == decisive)
                return decisive;
            var second = (bool?)right.Value(row);
            return second == decisive ? decisive : first is null || second is null ? null : !decisive;
        });
    }

    private Term Like(BinaryExpression binary, TextPlace place)
    {
        var (left, right) = (Compile(binary.Left), Compile(binary.Right));
        foreach (var side in new[] { left, right })
        {
            if (side.Type is not (SqlType.String or SqlType.Null))
                throw Errors.WrongOperands("LIKE", left.Type.ToText(), right.Type.ToText(), place);
        }

        return Term.Strict(SqlType.Bool, left, right, (text, pattern) => Values.IsLike((string)text, (string)pattern));
    }

    private Term IsNull(IsNullExpression test)
    {
        var operand = Compile(test.Operand);
        return new Term(SqlType.Bool, row => operand.Value(row) is null != test.IsNegated);
    }

    private Term In(InExpression among)
    {
        var place = ValueBinder.PlaceOf(among);
        var operand = Compile(among.Operand);
        var items = among.Query is { } query ? Column(query) : [.. among.Items.Select(Compile)];
        var equals = items.Select(item => Comparison.Unify(operand, item, place))
            .Select(pair => Comparison.Compile(BinaryOperator.Equal, pair.Left, pair.Right)).ToList();
        return new Term(SqlType.Bool, row =>
        {
            bool? found = false;
            foreach (var equal in equals)
            {
                var same = (bool?)equal.Value(row);
                if (same == true)
                    return !among.IsNegated;
                found = same is null ? null : found;
            }

            return found is null ? null : among.IsNegated;
        });
    }

    private Term Array(ArrayExpression array)
    {
        var place = ValueBinder.PlaceOf(array);
        var items = array.Items.Select(Compile).ToList();
        if (items.Find(item => item.Type is not SqlType.String) is { } other)
            throw Errors.TypeMismatch("an element of ARRAY", "STRING", other.Type.ToText(), place);
        return new Term(SqlType.StringArray, row => items.Select(item => (string?)item.Value(row) ?? "").ToArray());
    }

    private Term Single(SubqueryExpression expression)
    {
        var column = Column(expression.Query);
        return column.Length switch
        {
            0 => Term.Constant(SqlType.Null, null),
            1 => column[0],
            _ => throw Errors.SeveralRows(column.Length, ValueBinder.PlaceOf(expression)),
        };
    }

    /// <summary>The values of the one column that a query gives.</summary>
    private Term[] Column(Query query)
    {
        var rows = answers[query];
        if (rows.Columns.Count != 1)
            throw Errors.NotOneColumn(rows.Columns.Count, "one column", ValueBinder.PlaceOf(query));
        var type = rows.Columns[0].Type;
        return [.. rows.Rows.Select(row => Term.Constant(type, row[0]))];
    }

    private Term Boolean(Expression expression, string what)
    {
        var term = Compile(expression);
        if (term.Type is SqlType.Bool or SqlType.Null)
            return term;
        throw Errors.TypeMismatch(what, "BOOL", term.Type.ToText(), ValueBinder.PlaceOf(expression));
    }
}
