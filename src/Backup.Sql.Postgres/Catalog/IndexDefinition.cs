namespace Backup.Sql.Postgres.Catalog;

/// <summary>An index that no constraint makes.</summary>
internal sealed record IndexDefinition
{
    public required string Name { get; init; }

    public bool Unique { get; set; }

    /// <summary>What follows the table, as the server writes it: <c>USING btree (a)</c>.</summary>
    public required string Definition { get; init; }

    /// <summary>The index of the parent table that it is a part of; null for none.</summary>
    public RelationName? ParentIndex { get; set; }

    public bool Clustered { get; set; }

    public bool ReplicaIdentity { get; set; }

    /// <summary>Statistics targets of columns that are expressions, by number: <c>1=500</c>.</summary>
    public IReadOnlyList<string> StatisticsTargets { get; set; } = [];

    public string? Comment { get; set; }
}
