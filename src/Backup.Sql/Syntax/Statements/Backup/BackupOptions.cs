namespace Backup.Sql.Syntax;

/// <summary>The options of BACKUP, of backup schedules and of backup policies; null or false where not given.</summary>
public sealed record BackupOptions : StatementOptions
{
    /// <summary>No options.</summary>
    public static BackupOptions None { get; } = new();

    /// <summary><c>revision_history</c>: a boolean; the bare option is <c>true</c>.</summary>
    public Expression? RevisionHistory { get; init; }

    /// <summary><c>encryption_passphrase</c>.</summary>
    public StringOrPlaceholder? EncryptionPassphrase { get; init; }

    /// <summary>
    /// <c>detached</c>: null where not given. A lone <c>detached = FALSE</c> of BACKUP counts as not given.
    /// </summary>
    public bool? Detached { get; init; }

    /// <summary><c>kms</c>: key locations, none where not given.</summary>
    public ValueList<StringOrPlaceholder> Kms { get; init; }

    /// <summary><c>incremental_location</c>: locations of increments, none where not given.</summary>
    public ValueList<StringOrPlaceholder> IncrementalLocation { get; init; }

    /// <summary><c>EXECUTION LOCALITY</c>.</summary>
    public StringOrPlaceholder? ExecutionLocality { get; init; }

    /// <summary><c>include_all_virtual_clusters</c>: a boolean; the bare option is <c>true</c>.</summary>
    public Expression? IncludeAllVirtualClusters { get; init; }

    /// <summary><c>updates_cluster_monitoring_metrics</c>: a boolean; the bare option is <c>true</c>.</summary>
    public Expression? UpdatesClusterMonitoringMetrics { get; init; }

    /// <summary><c>STRICT STORAGE LOCALITY</c>.</summary>
    public bool StrictStorageLocality { get; init; }

    /// <summary><c>REVISION STREAM</c>.</summary>
    public bool RevisionStream { get; init; }

    /// <summary><c>pause</c>: a boolean or a duration text; the bare option is <c>true</c>.</summary>
    public Expression? Pause { get; init; }

    /// <summary><c>pause_wait</c>: a duration text.</summary>
    public StringOrPlaceholder? PauseWait { get; init; }

    /// <summary><c>name</c>: the name to register the backup under.</summary>
    public StringOrPlaceholder? Name { get; init; }

    /// <summary><c>labels</c>: <c>k=v</c> pairs separated by commas, sorted by key where it is a literal.</summary>
    public StringOrPlaceholder? Labels { get; init; }

    /// <summary><c>compression</c>: the name of a method.</summary>
    public StringOrPlaceholder? Compression { get; init; }

    /// <summary><c>compression_level</c>: an integer.</summary>
    public Expression? CompressionLevel { get; init; }
}
