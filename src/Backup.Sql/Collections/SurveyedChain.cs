using Backup.Sql.Catalog;

namespace Backup.Sql.Collections;

/// <summary>A full backup and what lies on top of it, as names, envelopes and notes tell it.</summary>
internal sealed record SurveyedChain
{
    /// <summary>Directory of the full backup.</summary>
    public required string Directory { get; init; }

    /// <summary>
    /// The layers: the full one, then increments in the order of their names, which is that of their ends.
    /// </summary>
    public required IReadOnlyList<SurveyedLayer> Layers { get; init; }

    /// <summary>
    /// Directories of increments that were begun and are not committed: of running or broken-off jobs.
    /// </summary>
    public IReadOnlyList<DroppedLayer> Unfinished { get; init; } = [];

    /// <summary>The jobs that hold a lock and have not committed.</summary>
    public IReadOnlyList<string> Lockers { get; init; } = [];

    /// <summary>True if any layer is exempt from retention.</summary>
    public bool KeepForever { get; init; }

    /// <summary>When the time to live of the full backup ends; null without one.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>True if a manifest cannot be read.</summary>
    public bool IsDamaged => Layers.Any(layer => layer.Envelope is null);

    /// <summary>End of the newest layer; null if no manifest can be read.</summary>
    public HlcTimestamp? End => Layers.Max(layer => layer.Envelope?.End);

    /// <summary>Ids of the layers.</summary>
    public IReadOnlyList<string> LayerIds => [.. Layers.Select(layer => layer.Envelope?.LayerId).OfType<string>()];

    /// <summary>What goes with the chain: the layers and what broken-off jobs left.</summary>
    public IReadOnlyList<DroppedLayer> ToDropped() => [.. Layers.Select(layer => layer.ToDropped()), .. Unfinished];
}
