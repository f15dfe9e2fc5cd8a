namespace Backup.Sql.Postgres.Catalog;

/// <summary>A function, procedure or aggregate.</summary>
internal sealed record FunctionDefinition
{
    public required string Name { get; init; }

    /// <summary>FUNCTION, PROCEDURE or AGGREGATE.</summary>
    public required string Kind { get; init; }

    /// <summary>The arguments that tell it from others of its name.</summary>
    public required string Arguments { get; init; }

    /// <summary>What follows the name in its statement, as the server writes it.</summary>
    public required string Definition { get; init; }

    public string? Comment { get; set; }

    public IReadOnlyList<Grant>? Grants { get; set; }
}
