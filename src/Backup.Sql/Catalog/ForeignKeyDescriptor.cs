namespace Backup.Sql.Catalog;

/// <summary>A foreign key, seen from the referring table.</summary>
public sealed record ForeignKeyDescriptor
{
    /// <summary>The constraint's name, unique in its table; engines without names number them.</summary>
    public required string Name { get; init; }

    /// <summary>The referring columns.</summary>
    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>Schema of the table referred to.</summary>
    public string? ReferencedSchema { get; init; }

    /// <summary>Name of the table referred to, as the constraint spells it.</summary>
    public required string ReferencedTable { get; init; }

    /// <summary>The columns referred to; empty for the primary key.</summary>
    public IReadOnlyList<string> ReferencedColumns { get; init; } = [];

    /// <summary>What happens on delete, in upper-case SQL; null for no action.</summary>
    public string? OnDelete { get; init; }

    /// <summary>What happens on update, in upper-case SQL; null for no action.</summary>
    public string? OnUpdate { get; init; }
}
