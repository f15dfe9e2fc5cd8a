namespace Backup.Sql.Postgres.Catalog;

/// <summary>The sequence behind an identity column.</summary>
internal sealed record IdentityDefinition
{
    /// <summary>The sequence's name; it lies in the table's schema, or in its own.</summary>
    public required string Name { get; init; }

    public required string Schema { get; init; }

    /// <summary>True for GENERATED ALWAYS, false for BY DEFAULT.</summary>
    public bool Always { get; set; }

    public long Start { get; set; }

    public long Increment { get; set; }

    public long Minimum { get; set; }

    public long Maximum { get; set; }

    public long Cache { get; set; }

    public bool Cycle { get; set; }

    /// <summary>The last value given out, or the next one when <see cref="IsCalled"/> is false.</summary>
    public long Value { get; set; }

    public bool IsCalled { get; set; }
}
