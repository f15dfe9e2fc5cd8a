namespace Backup.Sql.Postgres.Catalog;

/// <summary>An extension that a database uses.</summary>
internal sealed record ExtensionDefinition
{
    public required string Name { get; init; }

    public required string Schema { get; init; }

    public required string Version { get; init; }

    public string? Comment { get; set; }

    /// <summary>What of it has other rights than it came with.</summary>
    public IReadOnlyList<MemberGrants> Grants { get; set; } = [];
}
