namespace Backup.Sql.Postgres.Catalog;

/// <summary>A user-defined type.</summary>
internal sealed record TypeDefinition
{
    /// <summary>e enum, d domain, c composite, r range.</summary>
    public required string Kind { get; init; }

    /// <summary>Of a domain: the type below it.</summary>
    public string? BaseType { get; set; }

    public string? Collation { get; set; }

    public string? Default { get; set; }

    public bool NotNull { get; set; }

    /// <summary>Of a domain.</summary>
    public IReadOnlyList<ConstraintDefinition> Constraints { get; set; } = [];

    /// <summary>Of a composite type.</summary>
    public IReadOnlyList<ColumnDefinition> Attributes { get; set; } = [];

    /// <summary>Of a range: what stands in the parentheses of its statement.</summary>
    public string? Range { get; set; }

    public string? Comment { get; set; }

    public IReadOnlyList<Grant>? Grants { get; set; }
}
