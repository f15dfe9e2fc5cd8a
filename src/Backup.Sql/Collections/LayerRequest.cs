using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Collections;

/// <summary>What layer is to be written.</summary>
internal sealed record LayerRequest
{
    /// <summary>The layer's end: the snapshot's time.</summary>
    public required HlcTimestamp End { get; init; }

    /// <summary>The chain that the layer extends, as planning saw it; null for a full layer.</summary>
    public Chain? Parent { get; init; }

    /// <summary>
    /// The layer's directory: empty for the location itself, or a directory that the user named. Null, the default,
    /// names it after the end time and takes the next free centisecond where that name is taken.
    /// </summary>
    public string? Directory { get; init; }

    /// <summary>The job, for the lock's name: letters and digits.</summary>
    public required string JobId { get; init; }

    /// <summary>The layer that an earlier turn of the job began; null for a new one.</summary>
    public SavedLayer? Saved { get; init; }

    /// <summary>
    /// Is told what the layer is before the first object of it is put, so that it is found again after a crash; null
    /// for nobody. Told another one where a directory was taken.
    /// </summary>
    public Func<SavedLayer, Task>? Settled { get; init; }

    /// <summary>
    /// Is asked right before the manifest is put whether the job may still commit, and throws if not; null for nobody.
    /// </summary>
    public Func<CancellationToken, ValueTask>? Confirm { get; init; }

    /// <summary>The kind of engine.</summary>
    public required string EngineKind { get; init; }

    /// <summary>The engine's version.</summary>
    public required string EngineVersion { get; init; }

    /// <summary>The package that provides the engine.</summary>
    public string? EnginePackage { get; init; }

    /// <summary>Identity of the cluster.</summary>
    public required string ClusterId { get; init; }

    /// <summary>Version of the library.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>The locality of the host, for data that does not tell its own; null where it has none.</summary>
    public string? Locality { get; init; }

    /// <summary>True to refuse data of a locality that has no location of its own.</summary>
    public bool StrictStorageLocality { get; init; }

    /// <summary>Codec and level of the data files.</summary>
    public required BlockCompression Compression { get; init; }

    /// <summary>Stored bytes after which a data file ends. Default: 128 MiB.</summary>
    public long FileBytes { get; init; } = 128L << 20;

    /// <summary>Gives the layer's id.</summary>
    public required IRandomSource Random { get; init; }
}
