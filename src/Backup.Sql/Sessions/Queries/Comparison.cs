using Backup.Sql.Diagnostics;
using Backup.Sql.Syntax;

namespace Backup.Sql.Sessions.Queries;

/// <summary>Comparisons of two terms.</summary>
internal static class Comparison
{
    /// <summary>
    /// Gives two terms one type: a string constant takes on the other's, of two numbers the exact one becomes the wide
    /// one.
    /// </summary>
    public static (Term Left, Term Right) Unify(Term left, Term right, TextPlace place)
    {
        if (left.Type == SqlType.Null || right.Type == SqlType.Null)
            return (left, right);
        if (left.Text is not null && right.Type != SqlType.String)
            return (As(left, right.Type, place), right);
        if (right.Text is not null && left.Type != SqlType.String)
            return (left, As(right, left.Type, place));
        if (left.Type == right.Type)
            return (left, right);
        if (!left.Type.IsNumber() || !right.Type.IsNumber())
            throw Errors.CannotCompare(left.Type.ToText(), right.Type.ToText(), place);
        var wide = (SqlType)Math.Max((int)left.Type, (int)right.Type);
        return (Widen(left, wide), Widen(right, wide));
    }

    public static Term Compile(BinaryOperator comparison, Term left, Term right)
    {
        var type = left.Type == SqlType.Null ? right.Type : left.Type;
        return Term.Strict(SqlType.Bool, left, right, (a, b) =>
        {
            var order = Values.Compare(type, a, b);
            return comparison switch
            {
                BinaryOperator.Equal => order == 0,
                BinaryOperator.NotEqual => order != 0,
                BinaryOperator.Less => order < 0,
                BinaryOperator.LessOrEqual => order <= 0,
                BinaryOperator.Greater => order > 0,
                _ => order >= 0,
            };
        });
    }

    /// <summary>A string constant as a value of another type.</summary>
    public static Term As(Term constant, SqlType type, TextPlace place) => Term.Constant(
        type, Values.Parse(constant.Text!, type) ?? throw Errors.NotOfType(constant.Text!, type.ToText(), place));

    /// <summary>A number as a wider one.</summary>
    public static Term Widen(Term number, SqlType type) => number.Type == type
        ? number
        : Term.Strict(type, number, value => Values.Convert(value, number.Type, type));
}
