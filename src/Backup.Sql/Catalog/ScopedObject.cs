namespace Backup.Sql.Catalog;

/// <summary>A table, view or sequence that a backup names.</summary>
/// <param name="Database">Its database.</param>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name with schema and database, for people.</param>
public sealed record ScopedObject(string Database, long Id, string Name)
{
    /// <summary>Of a table: the partitions that the backup covers; empty for all.</summary>
    public IReadOnlyList<string> Partitions { get; init; } = [];
}
