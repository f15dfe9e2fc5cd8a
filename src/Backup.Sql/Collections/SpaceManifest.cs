using System.Text.Json.Serialization;
using Backup.Sql.Catalog;
using Backup.Sql.Rows;

namespace Backup.Sql.Collections;

/// <summary>What a layer holds of one space.</summary>
internal sealed record SpaceManifest
{
    /// <summary>The space.</summary>
    public required Space Space { get; init; }

    /// <summary>Its shape at the layer's end.</summary>
    public required SpaceShape Shape { get; init; }

    /// <summary>What the files say about it.</summary>
    public required SpaceCoverage Coverage { get; init; }

    /// <summary>
    /// True when the files hold every version of the layer's window, not only the newest of each key.
    /// </summary>
    public bool AllVersions { get; init; }

    /// <summary>
    /// The versions start after this: times up to it are not known of the space. Null where they start with the layer's
    /// history.
    /// </summary>
    public HlcTimestamp? VersionsFrom { get; init; }

    /// <summary>
    /// Live rows (or pages) at the layer's end when the scope is state; else the versions in the files.
    /// </summary>
    [JsonIgnore]
    public long Rows => Fingerprint.Rows;

    /// <summary>Proves the space. A space that is unchanged repeats the fingerprint of the layer below.</summary>
    public required SpaceFingerprint Fingerprint { get; init; }

    /// <summary>Entries of secondary indexes at the layer's end; 0 where unknown.</summary>
    public long IndexEntries { get; init; }

    /// <summary>The data files, in ascending order of their first keys.</summary>
    public IReadOnlyList<DataFileEntry> Files { get; init; } = [];

    /// <summary>Of page spaces: the files that hold the digests of the pages in <see cref="Files"/>.</summary>
    public IReadOnlyList<DataFileEntry> DigestFiles { get; init; } = [];

    /// <summary>Bytes of the data files' blocks before compression.</summary>
    [JsonIgnore]
    public long RawBytes => Files.Sum(file => file.RawBytes);

    /// <summary>Bytes of all files as stored.</summary>
    [JsonIgnore]
    public long StoredBytes => Files.Sum(file => file.Length) + DigestFiles.Sum(file => file.Length);
}
