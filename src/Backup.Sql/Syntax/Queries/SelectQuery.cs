namespace Backup.Sql.Syntax;

/// <summary><c>[WITH …] SELECT … [FROM …]</c>.</summary>
/// <param name="Items">What is selected, at least one item.</param>
public sealed record SelectQuery(ValueList<SelectItem> Items) : Query
{
    /// <summary>The named query before SELECT; null for none.</summary>
    public CommonTable? With { get; init; }

    /// <summary>The FROM clause; null for none, and then there is no clause after it either.</summary>
    public QuerySource? From { get; init; }

    /// <summary>The WHERE condition; null for none.</summary>
    public Expression? Where { get; init; }

    /// <summary>The ORDER BY terms, possibly none.</summary>
    public ValueList<OrderTerm> OrderBy { get; init; }

    /// <summary>The LIMIT; null for none.</summary>
    public Expression? Limit { get; init; }
}
