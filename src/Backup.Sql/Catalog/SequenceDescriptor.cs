namespace Backup.Sql.Catalog;

/// <summary>A sequence, with the value that it had at the catalog's time.</summary>
public sealed record SequenceDescriptor : ObjectDescriptor
{
    /// <summary>The last value given out.</summary>
    public long Value { get; init; }

    /// <summary>True when <see cref="Value"/> was given out; false when it will be the next one.</summary>
    public bool IsCalled { get; init; }

    /// <summary>The first value.</summary>
    public long Start { get; init; } = 1;

    /// <summary>The distance between values.</summary>
    public long Increment { get; init; } = 1;

    /// <summary>The least value.</summary>
    public long Minimum { get; init; } = 1;

    /// <summary>The greatest value.</summary>
    public long Maximum { get; init; } = long.MaxValue;

    /// <summary>Id of the table that owns the sequence; null for none.</summary>
    public long? OwnerTable { get; init; }

    /// <summary>The owning column; null for none.</summary>
    public string? OwnerColumn { get; init; }
}
