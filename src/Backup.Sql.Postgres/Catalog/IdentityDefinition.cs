namespace Backup.Sql.Postgres.Catalog;

/// <summary>The sequence behind an identity column.</summary>
internal sealed record IdentityDefinition
{
    /// <summary>The sequence's name; it lies in the table's schema, or in its own.</summary>
    public required string Name { get; init; }

    public required string Schema { get; init; }

    /// <summary>True for GENERATED ALWAYS, false for BY DEFAULT.</summary>
    public bool Always { get; init; }

    public long Start { get; init; }

    public long Increment { get; init; }

    public long Minimum { get; init; }

    public long Maximum { get; init; }

    public long Cache { get; init; }

    public bool Cycle { get; init; }

    /// <summary>The last value given out, or the next one when <see cref="IsCalled"/> is false.</summary>
    public long Value { get; init; }

    public bool IsCalled { get; init; }
}
