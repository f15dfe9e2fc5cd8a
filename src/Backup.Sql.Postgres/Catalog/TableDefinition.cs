namespace Backup.Sql.Postgres.Catalog;

/// <summary>A table as PostgreSQL knows it: what the descriptor carries for restores into PostgreSQL.</summary>
internal sealed record TableDefinition
{
    public required string Schema { get; init; }

    public required string Name { get; init; }

    public required string Owner { get; init; }

    public bool Unlogged { get; set; }

    /// <summary>How rows are stored, when not in the server's own way.</summary>
    public string? AccessMethod { get; set; }

    public IReadOnlyList<string> Options { get; set; } = [];

    public IReadOnlyList<string> ToastOptions { get; set; } = [];

    /// <summary>d default, n nothing, f full, i an index, as the server stores it.</summary>
    public string ReplicaIdentity { get; set; } = "d";

    public bool RowSecurity { get; set; }

    public bool ForceRowSecurity { get; set; }

    /// <summary>The composite type that the table is of, quoted; null for none.</summary>
    public string? OfType { get; set; }

    /// <summary>Of a partitioned table: <c>RANGE (day)</c>.</summary>
    public string? PartitionKey { get; set; }

    /// <summary>Of a partition: <c>FOR VALUES …</c>.</summary>
    public string? PartitionBound { get; set; }

    /// <summary>The tables that it inherits from; of a partition, the one that it is a part of.</summary>
    public IReadOnlyList<RelationName> Parents { get; set; } = [];

    public IReadOnlyList<ColumnDefinition> Columns { get; set; } = [];

    public IReadOnlyList<ConstraintDefinition> Constraints { get; set; } = [];

    public IReadOnlyList<IndexDefinition> Indexes { get; set; } = [];

    public IReadOnlyList<RuleDefinition> Rules { get; set; } = [];

    public IReadOnlyList<PolicyDefinition> Policies { get; set; } = [];

    public IReadOnlyList<StatisticsDefinition> Statistics { get; set; } = [];

    /// <summary>Of a partition: its own triggers. Those of other tables are objects of their own.</summary>
    public IReadOnlyList<TriggerDefinition> Triggers { get; set; } = [];

    /// <summary>The partitions, which may be partitioned again.</summary>
    public IReadOnlyList<TableDefinition> Partitions { get; set; } = [];

    public string? Comment { get; set; }

    public IReadOnlyList<Grant>? Grants { get; set; }
}
