namespace Backup.Sql.Postgres.Catalog;

/// <summary>A trigger.</summary>
internal sealed record TriggerDefinition
{
    public required string Name { get; init; }

    public bool Constraint { get; set; }

    /// <summary>What stands between name and table: <c>BEFORE INSERT OR UPDATE</c>.</summary>
    public required string Timing { get; init; }

    /// <summary>What follows the table.</summary>
    public required string Action { get; init; }

    /// <summary>When it fires: O, D, R or A, as the server stores it.</summary>
    public string Enabled { get; set; } = "O";

    public string? Comment { get; set; }
}
