using Backup.Sql.Catalog;

namespace Backup.Sql.Collections;

/// <summary>What tells where a layer belongs in its chain: all of it stands in the manifest's envelope.</summary>
internal interface ILayerLink
{
    /// <summary>The layer's directory, or what stands for it in a message.</summary>
    string Place { get; }

    /// <inheritdoc cref="BackupManifest.LayerId"/>
    string LayerId { get; }

    /// <inheritdoc cref="BackupManifest.ChainId"/>
    string ChainId { get; }

    /// <inheritdoc cref="BackupManifest.ParentLayerId"/>
    string? ParentLayerId { get; }

    /// <inheritdoc cref="BackupManifest.Kind"/>
    LayerKind Kind { get; }

    /// <inheritdoc cref="BackupManifest.Start"/>
    HlcTimestamp Start { get; }

    /// <inheritdoc cref="BackupManifest.End"/>
    HlcTimestamp End { get; }

    /// <inheritdoc cref="BackupManifest.ClusterId"/>
    string ClusterId { get; }
}
