namespace Backup.Sql.Postgres.Catalog;

/// <summary>A rewrite rule.</summary>
internal sealed record RuleDefinition
{
    public required string Name { get; init; }

    /// <summary>SELECT, INSERT, UPDATE or DELETE.</summary>
    public required string Event { get; init; }

    /// <summary>What follows the table, as the server writes it.</summary>
    public required string Action { get; init; }

    /// <summary>When it fires: O, D, R or A, as the server stores it.</summary>
    public string Enabled { get; set; } = "O";

    public string? Comment { get; set; }
}
