namespace Backup.Sql.Postgres.Catalog;

/// <summary>A database, beyond the neutral terms.</summary>
internal sealed record DatabaseDefinition
{
    public required string Encoding { get; init; }

    public required string Collate { get; init; }

    public required string Ctype { get; init; }

    /// <summary>c for the C library, i for ICU.</summary>
    public string Provider { get; init; } = "c";

    public string? IcuLocale { get; init; }

    /// <summary>Most connections; -1 for no limit.</summary>
    public int ConnectionLimit { get; init; } = -1;

    public bool IsTemplate { get; init; }

    /// <summary>Settings of the database: <c>work_mem=64MB</c>.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>Settings of roles in the database: role, then setting.</summary>
    public IReadOnlyList<RoleSetting> RoleSettings { get; init; } = [];

    public IReadOnlyList<ExtensionDefinition> Extensions { get; init; } = [];

    public IReadOnlyList<DefaultGrants> DefaultGrants { get; init; } = [];

    /// <summary>What the database holds and no backup carries, as the user would name it.</summary>
    public IReadOnlyList<string> NotCarried { get; init; } = [];

    public string? Comment { get; init; }

    public IReadOnlyList<Grant>? Grants { get; init; }
}
