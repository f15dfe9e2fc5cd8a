using Backup.Sql.Catalog;

namespace Backup.Sql.Engines;

/// <summary>What a snapshot is to cover.</summary>
public sealed record SnapshotRequest
{
    /// <summary>The databases, by stored name.</summary>
    public required IReadOnlyList<string> Databases { get; init; }

    /// <summary>
    /// The time; null for now. A time needs <see cref="EngineCapabilities.TimeTravel"/>. The snapshot's own
    /// <see cref="IEngineSnapshot.Timestamp"/> is what was really taken.
    /// </summary>
    public HlcTimestamp? AsOf { get; init; }
}
