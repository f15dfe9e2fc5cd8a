using System.Text.Json.Serialization;

namespace Backup.Sql.Collections;

/// <summary>
/// Says that layers are dropped, before anything of them is deleted: who finds it passes over them and may finish the
/// work. It goes last.
/// </summary>
internal sealed record Tombstone
{
    /// <summary>The format of this object; readers refuse a later one.</summary>
    [JsonPropertyOrder(-1)]
    public int FormatVersion { get; init; } = 1;

    /// <summary>Directory of the chain's full layer.</summary>
    public required string Chain { get; init; }

    /// <summary>What goes: always down from the newest layer, for an increment needs all that lies below it.</summary>
    public required IReadOnlyList<DroppedLayer> Layers { get; init; }

    /// <summary>When it was decided.</summary>
    public required DateTimeOffset Time { get; init; }
}
