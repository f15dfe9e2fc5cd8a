using Backup.Sql.Catalog;

namespace Backup.Sql.Collections;

/// <summary>The pause in which a layer was taken.</summary>
internal sealed record PauseEvidence
{
    /// <summary>When the last store had answered that it was paused.</summary>
    public required HlcTimestamp Start { get; init; }

    /// <summary>When the first one was asked to go on.</summary>
    public required HlcTimestamp End { get; init; }

    /// <summary>The time in the middle, which the layer restores; whole microseconds.</summary>
    public required HlcTimestamp RestoreTime { get; init; }

    /// <summary>The stores that were paused.</summary>
    public IReadOnlyList<PausedStore> Stores { get; init; } = [];
}
