namespace Backup.Sql.Postgres.Catalog;

/// <summary>Rights that objects get when somebody makes them.</summary>
internal sealed record DefaultGrants
{
    /// <summary>Whose objects.</summary>
    public required string Role { get; init; }

    /// <summary>In which schema; null for all.</summary>
    public string? Schema { get; set; }

    /// <summary>TABLES, SEQUENCES, FUNCTIONS, TYPES or SCHEMAS.</summary>
    public required string Objects { get; init; }

    /// <summary>What is given.</summary>
    public IReadOnlyList<Grant> Grants { get; set; } = [];

    /// <summary>What the server would give by itself.</summary>
    public IReadOnlyList<Grant> Usual { get; set; } = [];
}
