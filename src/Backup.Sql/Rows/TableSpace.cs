namespace Backup.Sql.Rows;

/// <summary>The rows of one table: keys by <c>KeyWriter</c>, values by <c>RecordWriter</c>.</summary>
/// <param name="Database">The database, by stored name.</param>
/// <param name="TableId">The table's <see cref="Catalog.ObjectDescriptor.Id"/>.</param>
public sealed record TableSpace(string Database, long TableId) : Space(Database)
{
    /// <summary>The partition exported, or null for the whole table.</summary>
    public string? Partition { get; init; }
}
