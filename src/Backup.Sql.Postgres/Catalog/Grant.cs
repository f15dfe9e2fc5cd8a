namespace Backup.Sql.Postgres.Catalog;

/// <summary>A right that was given, as the object lists it.</summary>
internal sealed record Grant
{
    /// <summary>Who has it; null for everybody (PUBLIC).</summary>
    public string? Grantee { get; set; }

    public required string Privilege { get; init; }

    public bool Grantable { get; set; }

    /// <summary>Who gave it; null where the role is gone.</summary>
    public string? Grantor { get; set; }
}
