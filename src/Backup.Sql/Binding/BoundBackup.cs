using Backup.Sql.Catalog;

namespace Backup.Sql.Binding;

/// <summary>Where a BACKUP goes.</summary>
internal enum BackupDestination
{
    /// <summary>INTO: a new full backup in a sub-directory named by its time.</summary>
    NewFull,

    /// <summary>INTO LATEST IN: appended to the newest full backup.</summary>
    Latest,

    /// <summary>INTO 'sub' IN: appended to the full backup there.</summary>
    Subdirectory,

    /// <summary>TO: at exactly that location; appended if a full backup lies there.</summary>
    Location,
}

/// <summary>BACKUP.</summary>
internal sealed record BoundBackup : BoundStatement
{
    /// <summary>The engine that holds the databases, but for those of <see cref="Elsewhere"/>.</summary>
    public required string Engine { get; init; }

    public required BackupScope Scope { get; init; }

    /// <summary>The engines of the databases that <see cref="Engine"/> does not hold.</summary>
    public IReadOnlyDictionary<string, string> Elsewhere { get; init; } = NoneElsewhere;

    /// <summary>The pause to take the snapshots in; null for none.</summary>
    public BoundPause? Pause { get; init; }

    /// <summary>What is taken from each engine; <see cref="Engine"/> comes first.</summary>
    public IReadOnlyList<BackupSource> Sources() => Elsewhere.Count == 0
        ? [new BackupSource(Engine, Scope)]
        :
        [
            .. Scope.AllDatabases()
                .GroupBy(database => Elsewhere.GetValueOrDefault(database, Engine), StringComparer.Ordinal)
                .OrderBy(group => group.Key == Engine ? 0 : 1)
                .Select(group => new BackupSource(group.Key, Scope.Within([.. group]))),
        ];

    private static readonly Dictionary<string, string> NoneElsewhere = [];

    public required BackupDestination Destination { get; init; }

    /// <summary>The collection, sealed.</summary>
    public required string Collection { get; init; }

    public string? Subdirectory { get; init; }

    /// <summary>Where incrementals go, sealed; null for below the collection.</summary>
    public string? IncrementalLocation { get; init; }

    /// <summary>The chain of the deprecated INCREMENTAL FROM, oldest first, sealed; empty otherwise.</summary>
    public IReadOnlyList<string> IncrementalFrom { get; init; } = [];

    /// <summary>What the chain is encrypted with; null for a clear one.</summary>
    public BackupKeys? Keys { get; init; }

    /// <summary>The time wanted; null for now.</summary>
    public HlcTimestamp? AsOf { get; init; }

    public bool RevisionHistory { get; init; }

    /// <summary>Tiers that the node must have which runs the job; null for any node.</summary>
    public string? ExecutionLocality { get; init; }

    /// <summary>Data of a locality that has no location of its own is refused.</summary>
    public bool StrictStorageLocality { get; init; }

    public bool Detached { get; init; }

    /// <summary>Publishes the time of its success.</summary>
    public bool UpdatesMetric { get; init; }

    /// <summary>
    /// The hold that keeps the history from this backup's end on for the next one of its schedule; null for none.
    /// </summary>
    public string? HandsHoldTo { get; init; }

    public string? Name { get; init; }

    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>The policy that it is made for; null for none.</summary>
    public string? Policy { get; init; }

    /// <summary><c>zstd</c>, <c>brotli</c> or <c>none</c>; null for the library's choice.</summary>
    public string? Compression { get; init; }

    /// <summary>The codec's level; null for its default.</summary>
    public int? CompressionLevel { get; init; }

    /// <summary>What makes the backup a snapshot; null for a backup of a chain.</summary>
    public SnapshotBackup? Snapshot { get; init; }

    /// <summary>The statement with every location masked, for the manifest.</summary>
    public required string MaskedText { get; init; }

    /// <summary>The statement with secrets replaced, for the job.</summary>
    public required string Description { get; init; }
}
