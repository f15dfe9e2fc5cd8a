namespace Backup.Sql.Postgres.Catalog;

/// <summary>Extended statistics.</summary>
internal sealed record StatisticsDefinition
{
    public required string Schema { get; init; }

    public required string Name { get; init; }

    /// <summary>What is kept: ndistinct, dependencies, mcv; none for a single expression.</summary>
    public IReadOnlyList<string> Kinds { get; set; } = [];

    /// <summary>The columns and expressions, as the server writes them.</summary>
    public required string Columns { get; init; }

    public int? Target { get; set; }

    public string? Owner { get; set; }

    public string? Comment { get; set; }
}
