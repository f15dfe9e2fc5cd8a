using Backup.Sql.Diagnostics;
using Backup.Sql.Syntax;

namespace Backup.Sql.Sessions.Queries;

/// <summary>Sums and products of numbers, times and intervals, and the joining of texts.</summary>
internal static class Arithmetic
{
    public static Term Negate(Term operand, TextPlace place) => operand.Type switch
    {
        SqlType.Int => Guarded(SqlType.Int, operand, place, value => checked(-(long)value)),
        SqlType.Decimal => Term.Strict(SqlType.Decimal, operand, value => -(decimal)value),
        SqlType.Float => Term.Strict(SqlType.Float, operand, value => -(double)value),
        SqlType.Interval => Guarded(SqlType.Interval, operand, place, value => -(TimeSpan)value),
        SqlType.Null => operand,
        _ => throw Errors.TypeMismatch("the minus sign", "a number or INTERVAL", operand.Type.ToText(), place),
    };

    public static Term Compile(BinaryOperator sign, Term left, Term right, TextPlace place)
    {
        if (sign == BinaryOperator.Concatenate)
            return Concatenate(left, right, place);
        (left, right) = Typed(sign, left, right, place);
        if (left.Type == SqlType.Null || right.Type == SqlType.Null)
            return Term.Constant(SqlType.Null, null);
        if (left.Type.IsNumber() && right.Type.IsNumber())
            return Numbers(sign, left, right, place);
        return Times(sign, left, right, place) ?? throw Errors.WrongOperands(
            Symbol(sign), left.Type.ToText(), right.Type.ToText(), place);
    }

    /// <summary>
    /// A string constant beside a time is an interval if it reads like one, beside anything else of the other's type.
    /// </summary>
    private static (Term Left, Term Right) Typed(BinaryOperator sign, Term left, Term right, TextPlace place)
    {
        if (left.Text is not null && right.Text is null && right.Type is not (SqlType.String or SqlType.Null))
            return (Comparison.As(left, TypeFor(left.Text, right.Type), place), right);
        if (right.Text is not null && left.Text is null && left.Type is not (SqlType.String or SqlType.Null))
            return (left, Comparison.As(right, TypeFor(right.Text, left.Type), place));
        return (left, right);

        SqlType TypeFor(string text, SqlType other) =>
            other == SqlType.TimestampTz && Values.Parse(text, SqlType.Interval) is not null ? SqlType.Interval
            : other == SqlType.Interval && sign is BinaryOperator.Multiply or BinaryOperator.Divide ? SqlType.Float
            : other;
    }

    private static Term Numbers(BinaryOperator sign, Term left, Term right, TextPlace place)
    {
        var type = (SqlType)Math.Max((int)left.Type, (int)right.Type);
        if (type == SqlType.Int && sign == BinaryOperator.Divide)
            type = SqlType.Decimal; // 1 / 2 is a half
        var (a, b) = (Comparison.Widen(left, type), Comparison.Widen(right, type));
        return type switch
        {
            SqlType.Int => Guarded(type, a, b, place, (x, y) => Int(sign, (long)x, (long)y)),
            SqlType.Decimal => Guarded(type, a, b, place, (x, y) => Decimal(sign, (decimal)x, (decimal)y)),
            _ => Guarded(type, a, b, place, (x, y) => Float(sign, (double)x, (double)y)),
        };
    }

    private static object Int(BinaryOperator sign, long left, long right) => checked(sign switch
    {
        BinaryOperator.Add => left + right,
        BinaryOperator.Subtract => left - right,
        _ => left * right,
    });

    private static object Decimal(BinaryOperator sign, decimal left, decimal right) => sign switch
    {
        BinaryOperator.Add => left + right,
        BinaryOperator.Subtract => left - right,
        BinaryOperator.Multiply => left * right,
        _ => left / right,
    };

    private static object Float(BinaryOperator sign, double left, double right) => sign switch
    {
        BinaryOperator.Add => left + right,
        BinaryOperator.Subtract => left - right,
        BinaryOperator.Multiply => left * right,
        _ => right == 0 ? throw new DivideByZeroException() : left / right,
    };

    private static Term? Times(BinaryOperator sign, Term left, Term right, TextPlace place)
    {
        return (left.Type, sign, right.Type) switch
        {
            (SqlType.TimestampTz, BinaryOperator.Add, SqlType.Interval) =>
                Of(SqlType.TimestampTz, (a, b) => (DateTimeOffset)a + (TimeSpan)b),
            (SqlType.Interval, BinaryOperator.Add, SqlType.TimestampTz) =>
                Of(SqlType.TimestampTz, (a, b) => (DateTimeOffset)b + (TimeSpan)a),
            (SqlType.TimestampTz, BinaryOperator.Subtract, SqlType.Interval) =>
                Of(SqlType.TimestampTz, (a, b) => (DateTimeOffset)a - (TimeSpan)b),
            (SqlType.TimestampTz, BinaryOperator.Subtract, SqlType.TimestampTz) =>
                Of(SqlType.Interval, (a, b) => (DateTimeOffset)a - (DateTimeOffset)b),
            (SqlType.Interval, BinaryOperator.Add, SqlType.Interval) =>
                Of(SqlType.Interval, (a, b) => (TimeSpan)a + (TimeSpan)b),
            (SqlType.Interval, BinaryOperator.Subtract, SqlType.Interval) =>
                Of(SqlType.Interval, (a, b) => (TimeSpan)a - (TimeSpan)b),
            (SqlType.Interval, BinaryOperator.Multiply, _) when right.Type.IsNumber() =>
                Of(SqlType.Interval, (a, b) => (TimeSpan)a * Factor(b)),
            (_, BinaryOperator.Multiply, SqlType.Interval) when left.Type.IsNumber() =>
                Of(SqlType.Interval, (a, b) => Factor(a) * (TimeSpan)b),
            (SqlType.Interval, BinaryOperator.Divide, _) when right.Type.IsNumber() =>
                Of(SqlType.Interval, (a, b) => Factor(b) is var n && n == 0
                    ? throw new DivideByZeroException()
                    : (TimeSpan)a / n),
            _ => null,
        };

        Term Of(SqlType type, Func<object, object, object> value) => Guarded(type, left, right, place, value);

        static double Factor(object number) => Convert.ToDouble(number, null);
    }

    private static Term Concatenate(Term left, Term right, TextPlace place)
    {
        if (left.Type != SqlType.String && right.Type != SqlType.String)
            throw Errors.WrongOperands("||", left.Type.ToText(), right.Type.ToText(), place);
        return Term.Strict(SqlType.String, left, right, (a, b) => Values.Text(a) + Values.Text(b));
    }

    private static Term Guarded(SqlType type, Term operand, TextPlace place, Func<object, object> value) =>
        Term.Strict(type, operand, known => Guard(() => value(known), type, place));

    private static Term Guarded(
        SqlType type, Term left, Term right, TextPlace place, Func<object, object, object> value) =>
        Term.Strict(type, left, right, (a, b) => Guard(() => value(a, b), type, place));

    private static object Guard(Func<object> work, SqlType type, TextPlace place)
    {
        try
        {
            return work();
        }
        catch (DivideByZeroException)
        {
            throw Errors.DivisionByZero(place);
        }
        catch (Exception overflow) when (overflow is OverflowException or ArgumentException)
        {
            // Of times, the framework says so by an argument out of range.
            throw Errors.ValueOutOfRange(type.ToText(), place);
        }
    }

    private static string Symbol(BinaryOperator sign) => sign switch
    {
        BinaryOperator.Add => "+",
        BinaryOperator.Subtract => "-",
        BinaryOperator.Multiply => "*",
        _ => "/",
    };
}
