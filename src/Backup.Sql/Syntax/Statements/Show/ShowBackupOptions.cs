namespace Backup.Sql.Syntax;

/// <summary>The options of SHOW BACKUP; null or false where not given.</summary>
public sealed record ShowBackupOptions : StatementOptions
{
    /// <summary>No options.</summary>
    public static ShowBackupOptions None { get; } = new();

    /// <summary><c>as_json</c>.</summary>
    public bool AsJson { get; init; }

    /// <summary><c>check_files</c>.</summary>
    public bool CheckFiles { get; init; }

    /// <summary><c>debug_ids</c>.</summary>
    public bool DebugIds { get; init; }

    /// <summary><c>encryption_passphrase</c>.</summary>
    public StringOrPlaceholder? EncryptionPassphrase { get; init; }

    /// <summary><c>incremental_location</c>: locations of increments, none where not given.</summary>
    public ValueList<StringOrPlaceholder> IncrementalLocation { get; init; }

    /// <summary><c>privileges</c>.</summary>
    public bool Privileges { get; init; }

    /// <summary><c>encryption_info_dir</c>.</summary>
    public StringOrPlaceholder? EncryptionInfoDirectory { get; init; }

    /// <summary><c>kms</c>: key locations, none where not given.</summary>
    public ValueList<StringOrPlaceholder> Kms { get; init; }

    /// <summary><c>skip size</c> (alias <c>nowait</c>).</summary>
    public bool SkipSize { get; init; }

    /// <summary><c>sample</c>: the share of data files that VALIDATE checks, as <c>5%</c>.</summary>
    public StringOrPlaceholder? Sample { get; init; }
}
