using Backup.Sql.Catalog;

namespace Backup.Sql.Sessions.Registry;

/// <summary>Where a registered backup stands.</summary>
internal enum BackupState
{
    /// <summary>It is being made, or its plug-in has not confirmed it.</summary>
    Pending,

    /// <summary>It is complete.</summary>
    Succeeded,

    /// <summary>It never came to be.</summary>
    Failed,
}

/// <summary>What the registry keeps of a backup. Holds no secret.</summary>
internal sealed record RegisteredBackup
{
    /// <summary>What stands for the database of a cluster's backup.</summary>
    public const string Cluster = "cluster";

    /// <summary>Its name among the backups of the same databases.</summary>
    public required string Name { get; init; }

    /// <summary>The databases; none for a cluster's backup.</summary>
    public required IReadOnlyList<string> Databases { get; init; }

    /// <summary>Its job; null for an imported one.</summary>
    public long? JobId { get; init; }

    public BackupState State { get; init; }

    public bool ReadyToUse { get; init; }

    /// <summary>Labels, <c>k=v</c>, sorted by key.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>The cycles that keep it, of its policy.</summary>
    public IReadOnlyList<string> RetainedAs { get; init; } = [];

    public string? Policy { get; init; }

    public required DateTimeOffset Created { get; init; }

    public DateTimeOffset? Finished { get; init; }

    /// <summary>The collection, sealed; null for a backup that lies in none.</summary>
    public string? Collection { get; init; }

    /// <summary>Where the chain's increments lie, sealed; null for below the collection.</summary>
    public string? IncrementalLocation { get; init; }

    /// <summary>Directory of its chain's full layer; null while it is not known.</summary>
    public string? Chain { get; init; }

    /// <summary>Its own directory; null while it is not known.</summary>
    public string? Path { get; init; }

    public string? ChainId { get; init; }

    public string? LayerId { get; init; }

    /// <summary>The time that it restores.</summary>
    public HlcTimestamp? End { get; init; }

    /// <summary>What an imported one's plug-in calls it, secrets sealed.</summary>
    public string? Handle { get; init; }

    public string? Plugin { get; init; }

    /// <summary>When its fingerprints were last proved.</summary>
    public DateTimeOffset? Verified { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Error { get; init; }

    /// <summary>The databases as results show them.</summary>
    public string Database => Databases.Count == 0 ? Cluster : string.Join(',', Databases);

    /// <summary>Names it in the whole registry.</summary>
    public string FullName => $"{Database}/{Name}";

    /// <summary>This backup with where its layer lies.</summary>
    public RegisteredBackup At(Execution.Jobs.CommittedBackup layer) => this with
    {
        Chain = layer.Chain,
        Path = layer.Path,
        ChainId = layer.ChainId,
        LayerId = layer.LayerId,
        End = layer.End,
    };
}
