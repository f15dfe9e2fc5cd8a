using System.Text.Json.Serialization;

namespace Backup.Sql.Collections;

/// <summary>
/// What is written of a layer in the making. A hint: without it the work starts anew, and no reader of backups looks at
/// it.
/// </summary>
internal sealed record LayerCheckpoint
{
    /// <summary>The format; a later one is passed over.</summary>
    [JsonPropertyOrder(-1)]
    public int FormatVersion { get; init; } = BackupManifest.CurrentFormat;

    /// <summary>The layer.</summary>
    public required string LayerId { get; init; }

    /// <summary>The spaces of which something is written.</summary>
    public IReadOnlyList<SpaceCheckpoint> Spaces { get; init; } = [];

    /// <summary>All files.</summary>
    /// <returns>Data files and digest files.</returns>
    public IEnumerable<DataFileEntry> AllFiles() =>
        Spaces.SelectMany(space => space.Parts).SelectMany(part => part.Files.Concat(part.DigestFiles));
}
