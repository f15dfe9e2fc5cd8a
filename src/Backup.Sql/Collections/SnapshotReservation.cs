using System.Text.Json.Serialization;

namespace Backup.Sql.Collections;

/// <summary>
/// The object <c>metadata/snapshots/LABEL</c>: put only if absent, it reserves the label for a job and says where the
/// snapshot lies, or will lie.
/// </summary>
internal sealed record SnapshotReservation
{
    /// <summary>The format that this version of the library writes.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The format; readers refuse a later one.</summary>
    [JsonPropertyOrder(-1)]
    public int FormatVersion { get; init; } = CurrentFormat;

    /// <summary>The label.</summary>
    public required string Label { get; init; }

    /// <summary>The database.</summary>
    public required string Database { get; init; }

    /// <summary>The layer, so that two jobs never put the same bytes.</summary>
    public required string LayerId { get; init; }

    /// <summary>The layer's directory.</summary>
    public required string Directory { get; init; }

    /// <summary>Identity of the cluster that it is taken of.</summary>
    public required string ClusterId { get; init; }

    /// <summary>The job that takes it.</summary>
    public required long Job { get; init; }

    /// <summary>From then on the job cannot be at work any more.</summary>
    public required DateTimeOffset Deadline { get; init; }
}
