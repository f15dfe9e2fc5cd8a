using System.Text.Json.Serialization;
using Backup.Sql.Catalog;

namespace Backup.Sql.Collections;

/// <summary>
/// The part of a manifest that can be read without its body: enough to list layers, to check chains and to expire them.
/// </summary>
internal sealed record ManifestEnvelope
{
    /// <summary>The format; readers refuse a later one.</summary>
    [JsonPropertyOrder(-1)]
    public int FormatVersion { get; init; } = BackupManifest.CurrentFormat;

    /// <inheritdoc cref="BackupManifest.LayerId"/>
    public required string LayerId { get; init; }

    /// <inheritdoc cref="BackupManifest.ChainId"/>
    public required string ChainId { get; init; }

    /// <inheritdoc cref="BackupManifest.ParentLayerId"/>
    public string? ParentLayerId { get; init; }

    /// <inheritdoc cref="BackupManifest.Directory"/>
    public string? Directory { get; init; }

    /// <inheritdoc cref="BackupManifest.Kind"/>
    public required LayerKind Kind { get; init; }

    /// <inheritdoc cref="BackupManifest.Start"/>
    public HlcTimestamp Start { get; init; }

    /// <inheritdoc cref="BackupManifest.End"/>
    public required HlcTimestamp End { get; init; }

    /// <inheritdoc cref="BackupManifest.RevisionStart"/>
    public HlcTimestamp? RevisionStart { get; init; }

    /// <inheritdoc cref="BackupManifest.ClusterId"/>
    public required string ClusterId { get; init; }

    /// <inheritdoc cref="BackupManifest.Label"/>
    public string? Label { get; init; }

    /// <inheritdoc cref="BackupManifest.Snapshot"/>
    public SnapshotMark? Snapshot { get; init; }

    /// <inheritdoc cref="BackupManifest.KeepForever"/>
    public bool KeepForever { get; init; }

    /// <summary>How the body is compressed: <c>brotli</c>, or <c>none</c>.</summary>
    public required string BodyCodec { get; init; }

    /// <summary>How the body is sealed: <c>none</c>, or <c>aes-256-gcm</c>.</summary>
    public required string BodySealing { get; init; }

    /// <summary>Tells whether a key is the chain's; null where nothing is sealed.</summary>
    public byte[]? KeyCheck { get; init; }

    /// <summary>True when the layer's objects are sealed.</summary>
    [JsonIgnore]
    public bool IsSealed => BodySealing != "none";

    /// <summary>Bytes of the body as stored.</summary>
    public required int BodyLength { get; init; }

    /// <summary>Bytes of the body before compression.</summary>
    public required int BodyRawLength { get; init; }

    /// <summary>
    /// SHA-256 of the body as stored, lower-case hexadecimal; null for a sealed one, which authenticates this envelope.
    /// </summary>
    public string? BodySha256 { get; init; }
}
