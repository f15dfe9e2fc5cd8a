namespace Backup.Sql.Syntax;

/// <content>Expressions and queries.</content>
internal sealed partial class StatementPrinter
{
    private const int NotPrecedence = 3;
    private const int ComparisonPrecedence = 4;
    private const int AdditionPrecedence = 5;
    private const int MultiplicationPrecedence = 6;
    private const int MinusPrecedence = 7;
    private const int CastPrecedence = 8;
    private const int OperandPrecedence = 9;

    private void Print(Expression expression)
    {
        switch (expression)
        {
            case StringOrPlaceholder e:
                Print(e);
                break;
            case NumberLiteral e:
                Write(e.Text);
                break;
            case BooleanLiteral e:
                Write(Keyword(e.Value ? "true" : "false"));
                break;
            case NullLiteral:
                Write("NULL");
                break;
            case DefaultLiteral:
                Write("DEFAULT");
                break;
            case TypedLiteral e:
                Write($"{e.Type.ToString().ToUpperInvariant()} {StringText.Cockroach(e.Text)}");
                break;
            case NameExpression e:
                PrintNameExpression(e);
                break;
            case FunctionCall e:
                PrintCall(e);
                break;
            case ArrayExpression e:
                Write("ARRAY[");
                List(e.Items, Print);
                Write("]");
                break;
            case ParenthesizedExpression e:
                PrintParenthesized(e.Inner);
                break;
            case SubqueryExpression e:
                Write("(");
                Print(e.Query);
                Write(")");
                break;
            default:
                PrintOperation(expression);
                break;
        }
    }

    private void PrintOperation(Expression expression)
    {
        switch (expression)
        {
            case UnaryExpression { Operator: UnaryOperator.Not } e:
                Write("NOT ");
                PrintOperand(e.Operand, NotPrecedence);
                break;
            case UnaryExpression e:
                // Two signs in a row would begin a comment.
                Write(e.Operand is UnaryExpression { Operator: UnaryOperator.Minus } ? "- " : "-");
                PrintOperand(e.Operand, MinusPrecedence);
                break;
            case BinaryExpression e:
                var precedence = PrecedenceOf(e.Operator);
                PrintOperand(e.Left, precedence);
                Write($" {Symbol(e.Operator)} ");
                PrintOperand(e.Right, precedence + 1);
                break;
            case CastExpression e:
                PrintOperand(e.Operand, CastPrecedence);
                Write("::");
                Print(e.Type);
                break;
            case IsNullExpression e:
                PrintOperand(e.Operand, ComparisonPrecedence);
                Write(e.IsNegated ? " IS NOT NULL" : " IS NULL");
                break;
            case InExpression e:
                PrintOperand(e.Operand, ComparisonPrecedence);
                Write(e.IsNegated ? " NOT IN (" : " IN (");
                if (e.Query is null)
                    List(e.Items, Print);
                else
                    Print(e.Query);
                Write(")");
                break;
        }
    }

    // Brackets that a tree made by hand does not hold, but needs.
    private void PrintOperand(Expression operand, int leastPrecedence)
    {
        if (PrecedenceOf(operand) < leastPrecedence)
            PrintParenthesized(operand);
        else
            Print(operand);
    }

    private void PrintParenthesized(Expression inner)
    {
        Write("(");
        Print(inner);
        Write(")");
    }

    private void PrintNameExpression(NameExpression expression)
    {
        if (_hasFilterWords && expression.Name.Parts is [{ Text: "SNAPSHOT" or "TIMESTAMP" } word])
            Write(word.Text);
        else if (_hasFilterWords && expression.Name.Parts is [{ Text.Length: 8 or 9 } column])
            Write(Identifiers.BackQuoted(column.Text));
        else
            Print(expression.Name);
    }

    private void PrintCall(FunctionCall call)
    {
        Print(call.Function);
        Write("(");
        Write(call.IsStar, "*");
        List(call.Arguments, Print);
        Write(")");
    }

    private void Print(TypeName type)
    {
        var name = type.Name.Text;
        Write(Identifiers.IsBareType(name) ? Upper(name) : Identifiers.Quoted(name));
        if (type.Precision is { } precision)
        {
            Write("(");
            Write(precision);
            if (type.Scale is { } scale)
            {
                Write(", ");
                Write(scale);
            }

            Write(")");
        }

        Write(type.IsArray, "[]");
    }

    private string Keyword(string word) => _isStarRocks ? word.ToUpperInvariant() : word;

    private static int PrecedenceOf(Expression expression) => expression switch
    {
        UnaryExpression { Operator: UnaryOperator.Not } => NotPrecedence,
        UnaryExpression => MinusPrecedence,
        BinaryExpression binary => PrecedenceOf(binary.Operator),
        IsNullExpression or InExpression => ComparisonPrecedence,
        CastExpression => CastPrecedence,
        _ => OperandPrecedence,
    };

    private static int PrecedenceOf(BinaryOperator @operator) => @operator switch
    {
        BinaryOperator.Or => 1,
        BinaryOperator.And => 2,
        BinaryOperator.Add or BinaryOperator.Subtract or BinaryOperator.Concatenate => AdditionPrecedence,
        BinaryOperator.Multiply or BinaryOperator.Divide => MultiplicationPrecedence,
        _ => ComparisonPrecedence,
    };

    private static string Symbol(BinaryOperator @operator) => @operator switch
    {
        BinaryOperator.Or => "OR",
        BinaryOperator.And => "AND",
        BinaryOperator.Equal => "=",
        BinaryOperator.NotEqual => "!=",
        BinaryOperator.Less => "<",
        BinaryOperator.LessOrEqual => "<=",
        BinaryOperator.Greater => ">",
        BinaryOperator.GreaterOrEqual => ">=",
        BinaryOperator.Like => "LIKE",
        BinaryOperator.Add => "+",
        BinaryOperator.Subtract => "-",
        BinaryOperator.Concatenate => "||",
        BinaryOperator.Multiply => "*",
        _ => "/",
    };

    // ---- Queries ----

    private void Print(Query query)
    {
        switch (query)
        {
            case SelectQuery q:
                PrintSelect(q);
                break;
            case ValuesQuery q:
                Write("VALUES ");
                List(q.Rows, PrintRow);
                break;
            case ParenthesizedQuery q:
                Write("(");
                Print(q.Inner);
                Write(")");
                break;
            case StatementQuery q:
                Print(q.Statement);
                break;
        }
    }

    private void PrintRow(ValueList<Expression> row)
    {
        Write("(");
        List(row, Print);
        Write(")");
    }

    private void PrintSelect(SelectQuery query)
    {
        if (query.With is { } with)
        {
            Write("WITH ");
            Print(with.Name);
            Write(" AS (");
            Print(with.Query);
            Write(") ");
        }

        Write("SELECT ");
        List(query.Items, Print);
        if (query.From is null)
            return;
        Write(" FROM ");
        Print(query.From);
        if (query.Where is { } where)
        {
            Write(" WHERE ");
            Print(where);
        }

        PrintOrderBy(query.OrderBy);
        if (query.Limit is { } limit)
        {
            Write(" LIMIT ");
            Print(limit);
        }
    }

    private void Print(SelectItem item)
    {
        if (item.Expression is null)
            Write("*");
        else
            Print(item.Expression);
        PrintAlias(item.Alias);
    }

    private void Print(QuerySource source)
    {
        if (source.Table is { } table)
        {
            Print(table);
        }
        else if (source.Rows is { } rows)
        {
            Write("[");
            Print(rows);
            Write("]");
        }

        PrintAlias(source.Alias);
    }

    private void PrintAlias(Name? alias)
    {
        if (alias is null)
            return;
        Write(" AS ");
        Print(alias);
    }

    private void PrintOrderBy(ValueList<OrderTerm> terms)
    {
        Write(!terms.IsEmpty, " ORDER BY ");
        List(terms, Print);
    }

    private void Print(OrderTerm term)
    {
        Print(term.Expression);
        Write(term.Direction == SortDirection.Ascending, " ASC");
        Write(term.Direction == SortDirection.Descending, " DESC");
    }
}
