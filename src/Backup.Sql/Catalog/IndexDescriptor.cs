namespace Backup.Sql.Catalog;

/// <summary>A secondary index or unique constraint of a table.</summary>
public sealed record IndexDescriptor
{
    /// <summary>The index's name.</summary>
    public required string Name { get; init; }

    /// <summary>The columns in index order; empty when the index is over expressions.</summary>
    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>True when no two rows may agree in all columns.</summary>
    public bool Unique { get; init; }

    /// <summary>The condition of a partial index, in the engine's own text; null for none.</summary>
    public string? Predicate { get; init; }

    /// <summary>The engine's own statement that makes the index; null when the table's statement does.</summary>
    public string? Ddl { get; init; }
}
