namespace Backup.Sql.Postgres.Catalog;

/// <summary>A table as PostgreSQL knows it: what the descriptor carries for restores into PostgreSQL.</summary>
internal sealed record TableDefinition
{
    public required string Schema { get; init; }

    public required string Name { get; init; }

    public required string Owner { get; init; }

    public bool Unlogged { get; init; }

    /// <summary>How rows are stored, when not in the server's own way.</summary>
    public string? AccessMethod { get; init; }

    public IReadOnlyList<string> Options { get; init; } = [];

    public IReadOnlyList<string> ToastOptions { get; init; } = [];

    /// <summary>d default, n nothing, f full, i an index, as the server stores it.</summary>
    public string ReplicaIdentity { get; init; } = "d";

    public bool RowSecurity { get; init; }

    public bool ForceRowSecurity { get; init; }

    /// <summary>The composite type that the table is of, quoted; null for none.</summary>
    public string? OfType { get; init; }

    /// <summary>Of a partitioned table: <c>RANGE (day)</c>.</summary>
    public string? PartitionKey { get; init; }

    /// <summary>Of a partition: <c>FOR VALUES …</c>.</summary>
    public string? PartitionBound { get; init; }

    /// <summary>The tables that it inherits from; of a partition, the one that it is a part of.</summary>
    public IReadOnlyList<RelationName> Parents { get; init; } = [];

    public IReadOnlyList<ColumnDefinition> Columns { get; init; } = [];

    public IReadOnlyList<ConstraintDefinition> Constraints { get; init; } = [];

    public IReadOnlyList<IndexDefinition> Indexes { get; init; } = [];

    public IReadOnlyList<RuleDefinition> Rules { get; init; } = [];

    public IReadOnlyList<PolicyDefinition> Policies { get; init; } = [];

    public IReadOnlyList<StatisticsDefinition> Statistics { get; init; } = [];

    /// <summary>Of a partition: its own triggers. Those of other tables are objects of their own.</summary>
    public IReadOnlyList<TriggerDefinition> Triggers { get; init; } = [];

    /// <summary>The partitions, which may be partitioned again.</summary>
    public IReadOnlyList<TableDefinition> Partitions { get; init; } = [];

    public string? Comment { get; init; }

    public IReadOnlyList<Grant>? Grants { get; init; }
}
