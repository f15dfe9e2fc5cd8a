namespace Backup.Sql.Postgres.Catalog;

/// <summary>A sequence, beyond the neutral terms.</summary>
internal sealed record SequenceDefinition
{
    /// <summary>smallint, integer or bigint.</summary>
    public required string Type { get; init; }

    public long Cache { get; init; }

    public bool Cycle { get; init; }

    public bool Unlogged { get; init; }

    public string? Comment { get; init; }

    public IReadOnlyList<Grant>? Grants { get; init; }
}
