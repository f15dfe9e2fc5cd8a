namespace Backup.Sql.Sqlite.Catalog;

/// <summary>A row of <c>sqlite_master</c>.</summary>
internal sealed record MasterRow(string Type, string Name, string Table, uint RootPage, string? Sql)
{
    public bool IsInternal => Name.StartsWith("sqlite_", StringComparison.OrdinalIgnoreCase);
}
