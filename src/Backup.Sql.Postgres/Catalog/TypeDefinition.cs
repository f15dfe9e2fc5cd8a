namespace Backup.Sql.Postgres.Catalog;

/// <summary>A user-defined type.</summary>
internal sealed record TypeDefinition
{
    /// <summary>e enum, d domain, c composite, r range.</summary>
    public required string Kind { get; init; }

    /// <summary>Of a domain: the type below it.</summary>
    public string? BaseType { get; init; }

    public string? Collation { get; init; }

    public string? Default { get; init; }

    public bool NotNull { get; init; }

    /// <summary>Of a domain.</summary>
    public IReadOnlyList<ConstraintDefinition> Constraints { get; init; } = [];

    /// <summary>Of a composite type.</summary>
    public IReadOnlyList<ColumnDefinition> Attributes { get; init; } = [];

    /// <summary>Of a range: what stands in the parentheses of its statement.</summary>
    public string? Range { get; init; }

    public string? Comment { get; init; }

    public IReadOnlyList<Grant>? Grants { get; init; }
}
