namespace Backup.Sql.Postgres.Catalog;

/// <summary>A schema, beyond the neutral terms.</summary>
internal sealed record SchemaDefinition
{
    public string? Comment { get; init; }

    public IReadOnlyList<Grant>? Grants { get; init; }
}
