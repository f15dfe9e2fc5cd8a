using Antlr4.Runtime;
using Backup.Sql.Diagnostics;
using Backup.Sql.Parsing.Generated;
using Backup.Sql.Syntax;

namespace Backup.Sql.Parsing;

/// <content>
/// Expressions: the grammar gives a flat row of operands and operators, the precedences are applied here.
/// </content>
internal sealed partial class SyntaxBuilder
{
    private const int NotPrecedence = 3;
    private const int ComparisonPrecedence = 4;
    private const int MinusPrecedence = 7;
    private const int CastPrecedence = 8;

    private int _depth;

    private Expression ExpressionOf(ParserRuleContext context)
    {
        // The expression of a single operand is by far the most frequent one.
        if (context.ChildCount == 1)
            return OperandOf((ParserRuleContext)Children(context)[0]);
        var next = 0;
        return Climb(context, ref next, leastPrecedence: 0);
    }

    // Precedence climbing: reads operands and those operators that bind at least as tightly as asked for.
    private Expression Climb(ParserRuleContext context, ref int next, int leastPrecedence)
    {
        var depthBefore = _depth;
        Enter(context);
        var left = Prefixed(context, ref next, leastPrecedence);
        while (next < context.ChildCount)
        {
            var child = (ParserRuleContext)Children(context)[next];
            var precedence = PrecedenceOf(child);
            if (precedence < leastPrecedence)
                break;
            Enter(child);
            next++;
            left = child switch
            {
                StatementParser.CastSuffixContext cast => Cast(left, cast),
                StatementParser.NullSuffixContext isNull => IsNull(left, isNull),
                StatementParser.InSuffixContext isIn => In(left, isIn),
                _ => Binary(left, OperatorOf(child), Climb(context, ref next, precedence + 1)),
            };
        }

        _depth = depthBefore;
        return left;
    }

    private Expression Prefixed(ParserRuleContext context, ref int next, int leastPrecedence)
    {
        var child = Children(context)[next++];
        var token = child is ParserRuleContext rule ? First(rule) : TokenAt(context, next - 1);
        var isPrefix = child is not (StatementParser.PrimaryContext or StatementParser.SnapshotPrimaryContext);
        if (!isPrefix)
            return OperandOf((ParserRuleContext)child);

        var isNot = token.Type == StatementParser.NOT;
        var operand = Climb(context, ref next, isNot ? NotPrecedence : MinusPrecedence);
        var expression = new UnaryExpression(isNot ? UnaryOperator.Not : UnaryOperator.Minus, operand)
        {
            Span = Join(SpanOf(token), operand.Span),
        };

        // NOT binds less tightly than the operator before it: the canonical text shows what was meant.
        return isNot && leastPrecedence > NotPrecedence
            ? new ParenthesizedExpression(expression) { Span = expression.Span }
            : expression;
    }

    private void Enter(ParserRuleContext context)
    {
        if (++_depth > TokenReader.MaxDepth)
            throw Errors.NestedTooDeeply(source.Place(First(context)));
    }

    private static int PrecedenceOf(ParserRuleContext context) => context switch
    {
        StatementParser.CastSuffixContext => CastPrecedence,
        StatementParser.NullSuffixContext or StatementParser.InSuffixContext => ComparisonPrecedence,
        _ => First(context).Type switch
        {
            StatementParser.OR => 1,
            StatementParser.AND => 2,
            StatementParser.PLUS or StatementParser.MINUS or StatementParser.CONCAT => 5,
            StatementParser.STAR or StatementParser.SLASH => 6,
            _ => ComparisonPrecedence,
        },
    };

    private static BinaryOperator OperatorOf(ParserRuleContext context) => First(context).Type switch
    {
        StatementParser.OR => BinaryOperator.Or,
        StatementParser.AND => BinaryOperator.And,
        StatementParser.EQUAL => BinaryOperator.Equal,
        StatementParser.NOT_EQUAL => BinaryOperator.NotEqual,
        StatementParser.LESS => BinaryOperator.Less,
        StatementParser.LESS_EQUAL => BinaryOperator.LessOrEqual,
        StatementParser.GREATER => BinaryOperator.Greater,
        StatementParser.GREATER_EQUAL => BinaryOperator.GreaterOrEqual,
        StatementParser.LIKE => BinaryOperator.Like,
        StatementParser.PLUS => BinaryOperator.Add,
        StatementParser.MINUS => BinaryOperator.Subtract,
        StatementParser.CONCAT => BinaryOperator.Concatenate,
        StatementParser.STAR => BinaryOperator.Multiply,
        _ => BinaryOperator.Divide,
    };

    private static BinaryExpression Binary(Expression left, BinaryOperator @operator, Expression right) =>
        new(@operator, left, right) { Span = Join(left.Span, right.Span) };

    private CastExpression Cast(Expression operand, StatementParser.CastSuffixContext context)
    {
        var type = context.typeName();
        var precision = TypeAt(type, 2) == StatementParser.INTEGER ? IntegerOf(TokenAt(type, 2)) : (long?)null;
        var scale = TypeAt(type, 4) == StatementParser.INTEGER ? IntegerOf(TokenAt(type, 4)) : (long?)null;
        var name = new TypeName(NameOf(type.name()), precision, scale, Has(type, StatementParser.LBRACKET))
        {
            Span = SpanOf(type),
        };
        return new CastExpression(operand, name) { Span = Join(operand.Span, name.Span) };
    }

    private static IsNullExpression IsNull(Expression operand, StatementParser.NullSuffixContext context) =>
        new(operand, Has(context, StatementParser.NOT)) { Span = Join(operand.Span, SpanOf(context)) };

    private InExpression In(Expression operand, StatementParser.InSuffixContext context)
    {
        var query = context.plainQuery() is { } plain ? PlainQuery(plain) : null;
        var items = ListOf<StatementParser.ExpressionContext, Expression>(context, ExpressionOf);
        return new InExpression(operand, items, query, Has(context, StatementParser.NOT))
        {
            Span = Join(operand.Span, SpanOf(context)),
        };
    }

    private Expression OperandOf(ParserRuleContext context) =>
        context is StatementParser.SnapshotPrimaryContext snapshot
            ? SnapshotPrimary(snapshot)
            : Primary((StatementParser.PrimaryContext)context);

    private Expression Primary(StatementParser.PrimaryContext context)
    {
        if (Children(context)[0] is StatementParser.DottedNameContext name)
            return NameOrCall(context, name);

        var token = First(context);
        var span = SpanOf(context);
        return token.Type switch
        {
            StatementParser.STRING => new StringLiteral(StringText(token)) { Span = span },
            StatementParser.PLACEHOLDER => PlaceholderOf(token),
            StatementParser.ARRAY => new ArrayExpression(
                ListOf<StatementParser.ExpressionContext, Expression>(context, ExpressionOf)) { Span = span },
            StatementParser.LPAREN when context.plainQuery() is { } query =>
                new SubqueryExpression(PlainQuery(query)) { Span = span },
            StatementParser.LPAREN => new ParenthesizedExpression(Inner(context)) { Span = span },
            StatementParser.INTERVAL => Typed(LiteralType.Interval, context),
            StatementParser.TIMESTAMP => Typed(LiteralType.Timestamp, context),
            StatementParser.TIMESTAMPTZ => Typed(LiteralType.TimestampTz, context),
            StatementParser.DATE => Typed(LiteralType.Date, context),
            StatementParser.DECIMAL => Typed(LiteralType.Decimal, context),
            _ => Constant(token),
        };
    }

    private Expression Constant(SqlToken token)
    {
        var span = SpanOf(token);
        return token.Type switch
        {
            StatementParser.TRUE => new BooleanLiteral(true) { Span = span },
            StatementParser.FALSE => new BooleanLiteral(false) { Span = span },
            StatementParser.NULL => new NullLiteral { Span = span },
            StatementParser.DEFAULT => new DefaultLiteral { Span = span },
            _ => new NumberLiteral(source.TextOf(token).ToString()) { Span = span },
        };
    }

    private Expression Inner(ParserRuleContext context)
    {
        var depthBefore = _depth;
        Enter(context);
        var inner = ExpressionOf((ParserRuleContext)Children(context)[1]);
        _depth = depthBefore;
        return inner;
    }

    private Expression NameOrCall(StatementParser.PrimaryContext context, StatementParser.DottedNameContext name)
    {
        var function = ObjectNameOf(name);
        if (context.ChildCount == 1)
            return new NameExpression(function) { Span = function.Span };
        var arguments = ListOf<StatementParser.ExpressionContext, Expression>(context, ExpressionOf);
        return new FunctionCall(function, arguments, Has(context, StatementParser.STAR)) { Span = SpanOf(context) };
    }

    private TypedLiteral Typed(LiteralType type, StatementParser.PrimaryContext context) =>
        new(type, StringText(TokenAt(context, 1))) { Span = SpanOf(context) };

    private static SourceSpan Join(SourceSpan first, SourceSpan last) =>
        first with { Length = last.Start + last.Length - first.Start };
}
