namespace Backup.Sql.Postgres.Catalog;

/// <summary>A policy of row security.</summary>
internal sealed record PolicyDefinition
{
    public required string Name { get; init; }

    public bool Permissive { get; set; }

    /// <summary>ALL, SELECT, INSERT, UPDATE or DELETE.</summary>
    public required string Command { get; init; }

    /// <summary>The roles; none for everybody.</summary>
    public IReadOnlyList<string> Roles { get; set; } = [];

    public string? Using { get; set; }

    public string? Check { get; set; }

    public string? Comment { get; set; }
}
