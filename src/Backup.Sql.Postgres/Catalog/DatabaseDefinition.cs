namespace Backup.Sql.Postgres.Catalog;

/// <summary>A database, beyond the neutral terms.</summary>
internal sealed record DatabaseDefinition
{
    public required string Encoding { get; init; }

    public required string Collate { get; init; }

    public required string Ctype { get; init; }

    /// <summary>c for the C library, i for ICU.</summary>
    public string Provider { get; set; } = "c";

    public string? IcuLocale { get; set; }

    /// <summary>Most connections; -1 for no limit.</summary>
    public int ConnectionLimit { get; set; } = -1;

    public bool IsTemplate { get; set; }

    /// <summary>Settings of the database: <c>work_mem=64MB</c>.</summary>
    public IReadOnlyList<string> Settings { get; set; } = [];

    /// <summary>Settings of roles in the database: role, then setting.</summary>
    public IReadOnlyList<RoleSetting> RoleSettings { get; set; } = [];

    public IReadOnlyList<ExtensionDefinition> Extensions { get; set; } = [];

    public IReadOnlyList<DefaultGrants> DefaultGrants { get; set; } = [];

    public string? Comment { get; set; }

    public IReadOnlyList<Grant>? Grants { get; set; }
}
