namespace Backup.Sql.Postgres.Catalog;

/// <summary>A sequence, beyond the neutral terms.</summary>
internal sealed record SequenceDefinition
{
    /// <summary>smallint, integer or bigint.</summary>
    public required string Type { get; init; }

    public long Cache { get; set; }

    public bool Cycle { get; set; }

    public bool Unlogged { get; set; }

    public string? Comment { get; set; }

    public IReadOnlyList<Grant>? Grants { get; set; }
}
