using Backup.Sql.Catalog;

namespace Backup.Sql.Engines;

/// <summary>Which versions of the rows an export gives.</summary>
public sealed record ExportWindow
{
    /// <summary>
    /// Only keys that changed after this time, deletions included. <see cref="HlcTimestamp.Zero"/> (the default) gives
    /// every row there is and no deletions; another start needs <see cref="EngineCapabilities.ChangeExport"/>.
    /// </summary>
    public HlcTimestamp Start { get; init; }

    /// <summary>
    /// False (the default): of each key the newest version. True: every version after
    /// <see cref="Start"/> (or, when that is zero, every version that the engine still keeps), deletions included.
    /// </summary>
    public bool AllVersions { get; init; }

    /// <summary>The whole space as it is at the snapshot's time.</summary>
    public static ExportWindow Full { get; } = new();
}
