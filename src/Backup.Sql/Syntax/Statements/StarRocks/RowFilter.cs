namespace Backup.Sql.Syntax;

/// <summary>The clauses that cut down the rows of a SHOW statement.</summary>
public sealed record RowFilter : SyntaxNode
{
    /// <summary>No clause at all.</summary>
    public static RowFilter None { get; } = new();

    /// <summary>The WHERE condition; null for none.</summary>
    public Expression? Where { get; init; }

    /// <summary>The ORDER BY terms, possibly none.</summary>
    public ValueList<OrderTerm> OrderBy { get; init; }

    /// <summary>How many rows are passed over; null for none. There is a <see cref="Limit"/> then.</summary>
    public long? Offset { get; init; }

    /// <summary>How many rows at most; null for all.</summary>
    public long? Limit { get; init; }
}
