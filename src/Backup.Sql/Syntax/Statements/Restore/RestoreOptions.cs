namespace Backup.Sql.Syntax;

/// <summary>The options of RESTORE; null or false where not given.</summary>
public sealed record RestoreOptions : StatementOptions
{
    /// <summary>No options.</summary>
    public static RestoreOptions None { get; } = new();

    /// <summary><c>encryption_passphrase</c>.</summary>
    public StringOrPlaceholder? EncryptionPassphrase { get; init; }

    /// <summary><c>kms</c>: key locations, none where not given.</summary>
    public ValueList<StringOrPlaceholder> Kms { get; init; }

    /// <summary><c>into_db</c>: the destination database.</summary>
    public StringOrPlaceholder? IntoDatabase { get; init; }

    /// <summary><c>skip_missing_foreign_keys</c>.</summary>
    public bool SkipMissingForeignKeys { get; init; }

    /// <summary><c>skip_missing_sequence_owners</c>.</summary>
    public bool SkipMissingSequenceOwners { get; init; }

    /// <summary><c>skip_missing_sequences</c>.</summary>
    public bool SkipMissingSequences { get; init; }

    /// <summary><c>skip_missing_views</c>.</summary>
    public bool SkipMissingViews { get; init; }

    /// <summary><c>skip_missing_udfs</c>.</summary>
    public bool SkipMissingFunctions { get; init; }

    /// <summary><c>detached</c>.</summary>
    public bool Detached { get; init; }

    /// <summary>
    /// <c>skip_localities_check</c>; the parser sets it with <see cref="RemoveRegions"/>, which implies it.
    /// </summary>
    public bool SkipLocalitiesCheck { get; init; }

    /// <summary><c>new_db_name</c>.</summary>
    public StringOrPlaceholder? NewDatabaseName { get; init; }

    /// <summary><c>incremental_location</c>: locations of increments, none where not given.</summary>
    public ValueList<StringOrPlaceholder> IncrementalLocation { get; init; }

    /// <summary><c>virtual_cluster_name</c> (alias <c>tenant_name</c>).</summary>
    public StringOrPlaceholder? VirtualClusterName { get; init; }

    /// <summary><c>virtual_cluster</c> (alias <c>tenant</c>): an id.</summary>
    public StringOrPlaceholder? VirtualCluster { get; init; }

    /// <summary><c>schema_only</c>.</summary>
    public bool SchemaOnly { get; init; }

    /// <summary><c>verify_backup_table_data</c>.</summary>
    public bool VerifyBackupTableData { get; init; }

    /// <summary><c>unsafe_restore_incompatible_version</c>.</summary>
    public bool UnsafeRestoreIncompatibleVersion { get; init; }

    /// <summary><c>EXECUTION LOCALITY</c>.</summary>
    public StringOrPlaceholder? ExecutionLocality { get; init; }

    /// <summary><c>EXPERIMENTAL DEFERRED COPY</c>.</summary>
    public bool ExperimentalDeferredCopy { get; init; }

    /// <summary><c>EXPERIMENTAL COPY</c>.</summary>
    public bool ExperimentalCopy { get; init; }

    /// <summary><c>remove_regions</c>.</summary>
    public bool RemoveRegions { get; init; }

    /// <summary><c>GRANTS</c>.</summary>
    public bool Grants { get; init; }

    /// <summary><c>engine</c>: the name of a registered engine.</summary>
    public StringOrPlaceholder? Engine { get; init; }

    /// <summary><c>into_schema</c>: the destination schema.</summary>
    public StringOrPlaceholder? IntoSchema { get; init; }
}
