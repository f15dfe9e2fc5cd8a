using Backup.Sql.Catalog;

namespace Backup.Sql.Planning;

/// <summary>A table whose rows a restore reads.</summary>
/// <param name="Source">The table in the backup.</param>
/// <param name="Target">The table that is filled; null to read and prove only.</param>
internal sealed record RestoredTable(TableDescriptor Source, ObjectDescriptor? Target)
{
    /// <summary>True when the rows are read out of a materialised database.</summary>
    public bool FromPages { get; init; }

    /// <summary>The partition read; null for a table that was written as a whole.</summary>
    public string? Partition { get; init; }
}
