using System.Text.Json;
using System.Text.Json.Serialization;

namespace Backup.Sql.Collections;

/// <summary>
/// What may change about a layer after it was committed. Each note says everything; the one with the highest number
/// counts. What is null is as the manifest has it.
/// </summary>
internal sealed record LayerNote
{
    /// <summary>The label that exempts a backup from retention.</summary>
    public const string KeepForeverLabel = "keep-forever=true";

    /// <summary>The format of this object; readers refuse a later one.</summary>
    [JsonPropertyOrder(-1)]
    public int FormatVersion { get; init; } = 1;

    /// <summary>
    /// The layer that it is about, so that a note of another one is told from it. Null in older ones.
    /// </summary>
    public string? LayerId { get; init; }

    /// <summary>
    /// Its number, so that an earlier note in the place of a later one is told from it. Null in older ones.
    /// </summary>
    public int? Number { get; init; }

    /// <summary>Labels, <c>k=v</c>, sorted by key.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>True exempts from retention, false takes that back.</summary>
    public bool? KeepForever { get; init; }

    /// <summary>When the backup's time to live ends.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>When a restore or a validation last proved the layer's fingerprints.</summary>
    public DateTimeOffset? Verified { get; init; }

    /// <summary>The note as text.</summary>
    /// <returns>JSON.</returns>
    public string ToJson() => JsonSerializer.Serialize(this, CollectionsJsonContext.Default.LayerNote);

    /// <summary>This note with other labels, and what follows from them.</summary>
    public LayerNote WithLabels(IReadOnlyList<string> labels) => this with
    {
        Labels = labels,
        KeepForever = labels.Contains(KeepForeverLabel, StringComparer.Ordinal),
    };
}
