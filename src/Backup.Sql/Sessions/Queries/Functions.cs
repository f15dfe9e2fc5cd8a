using Backup.Sql.Binding;
using Backup.Sql.Diagnostics;
using Backup.Sql.Syntax;

namespace Backup.Sql.Sessions.Queries;

/// <summary>The few functions that picking a job needs.</summary>
/// <param name="now">The statement's time.</param>
internal sealed class Functions(DateTimeOffset now)
{
    private static readonly string[] Known = ["coalesce", "current_timestamp", "length", "lower", "now", "upper"];

    public Term Compile(FunctionCall call, IReadOnlyList<Term> arguments)
    {
        var place = ValueBinder.PlaceOf(call);
        var name = call.Function.Last.Text.ToLowerInvariant();
        return (name, call.IsStar ? -1 : arguments.Count) switch
        {
            ("now" or "current_timestamp", 0) => Term.Constant(SqlType.TimestampTz, now),
            ("lower", 1) => OfText(SqlType.String, text => text.ToLowerInvariant()),
            ("upper", 1) => OfText(SqlType.String, text => text.ToUpperInvariant()),
            ("length", 1) => OfText(SqlType.Int, text => (long)text.Length),
            ("coalesce", > 0) => Coalesce(arguments, place),
            _ => throw Errors.FunctionNotFound(name, Known, place),
        };

        Term OfText(SqlType type, Func<string, object> value) => arguments[0].Type is SqlType.String or SqlType.Null
            ? Term.Strict(type, arguments[0], text => value((string)text))
            : throw Errors.TypeMismatch($"the argument of {name}", "STRING", arguments[0].Type.ToText(), place);
    }

    private static Term Coalesce(IReadOnlyList<Term> arguments, TextPlace place)
    {
        var first = arguments[0];
        foreach (var next in arguments.Skip(1))
        {
            var (left, right) = Comparison.Unify(first, next, place);
            first = new Term(
                left.Type == SqlType.Null ? right.Type : left.Type, row => left.Value(row) ?? right.Value(row));
        }

        return first;
    }
}
