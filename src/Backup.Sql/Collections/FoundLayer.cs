using Backup.Sql.Catalog;

namespace Backup.Sql.Collections;

/// <summary>A layer as its envelope tells it, for whoever has no key or needs no more.</summary>
/// <param name="Directory">Its directory.</param>
/// <param name="Envelope">Its envelope.</param>
internal sealed record FoundLayer(string Directory, ManifestEnvelope Envelope) : ILayerLink
{
    /// <inheritdoc/>
    public string Place => Directory.Length == 0 ? "." : Directory;

    /// <inheritdoc/>
    public string LayerId => Envelope.LayerId;

    /// <inheritdoc/>
    public string ChainId => Envelope.ChainId;

    /// <inheritdoc/>
    public string? ParentLayerId => Envelope.ParentLayerId;

    /// <inheritdoc/>
    public LayerKind Kind => Envelope.Kind;

    /// <inheritdoc/>
    public HlcTimestamp Start => Envelope.Start;

    /// <inheritdoc/>
    public HlcTimestamp End => Envelope.End;

    /// <inheritdoc/>
    public string ClusterId => Envelope.ClusterId;
}
