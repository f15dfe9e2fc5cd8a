namespace Backup.Sql.Postgres.Catalog;

/// <summary>A schema, beyond the neutral terms.</summary>
internal sealed record SchemaDefinition
{
    public string? Comment { get; set; }

    public IReadOnlyList<Grant>? Grants { get; set; }
}
