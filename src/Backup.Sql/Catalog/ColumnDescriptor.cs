namespace Backup.Sql.Catalog;

/// <summary>A stored column.</summary>
public sealed record ColumnDescriptor
{
    /// <summary>The column's name.</summary>
    public required string Name { get; init; }

    /// <summary>The type in neutral terms.</summary>
    public required ColumnType Type { get; init; }

    /// <summary>The type as the engine writes it; null where the neutral one says it all.</summary>
    public string? EngineType { get; init; }

    /// <summary>True when NULL is allowed.</summary>
    public bool Nullable { get; init; } = true;

    /// <summary>The default in the engine's own text; null for none.</summary>
    public string? Default { get; init; }

    /// <summary>Ids of sequences and functions that the default uses.</summary>
    public IReadOnlyList<long> DefaultDependsOn { get; init; } = [];
}
