using Backup.Sql.Diagnostics;
using Backup.Sql.Syntax;

namespace Backup.Sql.Binding;

/// <summary>
/// Binds SHOW SNAPSHOT. Its WHERE is no filter of rows but asks for one snapshot, of which the rows then tell more.
/// </summary>
internal static class SnapshotFilter
{
    public static BoundShowSnapshots Bind(ShowSnapshotsStatement statement)
    {
        var bound = new BoundShowSnapshots(SnapshotBinder.RepositoryName(statement.Repository));
        if (statement.Filter.Where is not { } where)
            return bound;
        string? label = null, timestamp = null;
        foreach (var term in TermsOf(where))
        {
            switch (ColumnOf(term, out var value))
            {
                case "SNAPSHOT" when label is null:
                    label = value;
                    break;
                case "TIMESTAMP" when timestamp is null:
                    timestamp = value;
                    break;
                default:
                    throw Errors.SnapshotFilter(ValueBinder.PlaceOf(term));
            }
        }

        return label is null
            ? throw Errors.SnapshotFilter(ValueBinder.PlaceOf(where))
            : bound with { Label = label, Timestamp = timestamp };
    }

    private static IEnumerable<Expression> TermsOf(Expression expression) => expression switch
    {
        ParenthesizedExpression inner => TermsOf(inner.Inner),
        BinaryExpression { Operator: BinaryOperator.And } and => TermsOf(and.Left).Concat(TermsOf(and.Right)),
        _ => [expression],
    };

    private static string? ColumnOf(Expression term, out string? value)
    {
        value = null;
        if (term is not BinaryExpression
            {
                Operator: BinaryOperator.Equal,
                Left: NameExpression { Name.Parts.Count: 1 } column,
                Right: StringLiteral text,
            })
            return null;
        value = text.Value;
        return column.Name.Last.Text.ToUpperInvariant();
    }
}
