namespace Backup.Sql.Postgres.Catalog;

/// <summary>A setting of one role in one database.</summary>
internal sealed record RoleSetting
{
    public required string Role { get; init; }

    public required string Setting { get; init; }
}
