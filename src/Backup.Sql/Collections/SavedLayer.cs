using Backup.Sql.Catalog;

namespace Backup.Sql.Collections;

/// <summary>
/// A layer that is being written, as its job's record keeps it: what a later process needs to go on with it, or to
/// remove it.
/// </summary>
internal sealed record SavedLayer
{
    /// <summary>The layer's id.</summary>
    public required string LayerId { get; init; }

    /// <summary>The layer's directory; empty for the location itself.</summary>
    public required string Directory { get; init; }

    /// <summary>True when it lies where increments were said to lie, false below the collection.</summary>
    public bool InIncrementals { get; init; }

    /// <summary>The layer below; null for a full one. On top of another one nothing of it can be kept.</summary>
    public string? ParentLayerId { get; init; }

    /// <summary>The time of the snapshot that it was begun with.</summary>
    public required HlcTimestamp End { get; init; }
}
