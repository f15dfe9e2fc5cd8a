namespace Backup.Sql.Postgres.Catalog;

/// <summary>A relation by name.</summary>
internal sealed record RelationName
{
    public required string Schema { get; init; }

    public required string Name { get; init; }
}
