namespace Backup.Sql.TestKit.EngineContract;

/// <summary>
/// A table that the suite asks a fixture to make, in the schema that the engine shows as <c>public</c>.
/// </summary>
/// <param name="Name">Its name: letters, digits and underscores.</param>
/// <param name="Columns">Its columns.</param>
public sealed record SampleTable(string Name, IReadOnlyList<SampleColumn> Columns)
{
    /// <summary>The primary key's columns in key order; empty for a table without.</summary>
    public IReadOnlyList<string> PrimaryKey { get; init; } = [];

    /// <summary>Columns that each have a secondary index of their own, <c>TABLE_COLUMN_idx</c>.</summary>
    public IReadOnlyList<string> IndexedColumns { get; init; } = [];

    /// <summary>The column that refers to another table; null for none.</summary>
    public string? ReferringColumn { get; init; }

    /// <summary>The table referred to, by its primary key of one column.</summary>
    public string? ReferencedTable { get; init; }

    /// <summary>The text column that names the partition of a row; null for a table without partitions.</summary>
    public string? PartitionColumn { get; init; }

    /// <summary>Names of the partitions.</summary>
    public IReadOnlyList<string> Partitions { get; init; } = [];
}
