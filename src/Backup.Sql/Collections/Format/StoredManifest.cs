using Backup.Sql.Collections.Sealing;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Collections.Format;

/// <summary>A manifest that was read and whose checksums agree, before its body is opened.</summary>
/// <param name="Envelope">What can be read without a key.</param>
/// <param name="Body">The body as stored.</param>
/// <param name="Head">SHA-256 of the object up to the end of the envelope, which a sealed body authenticates.</param>
/// <param name="Path">The object's name.</param>
internal sealed record StoredManifest(
    ManifestEnvelope Envelope, ReadOnlyMemory<byte> Body, ReadOnlyMemory<byte> Head, string Path)
{
    /// <summary>Opens and reads the body.</summary>
    /// <param name="key">The chain's key; null for a chain that is not sealed.</param>
    /// <returns>The manifest.</returns>
    /// <exception cref="BackupSqlException">XX001 damaged; BS002 a later format; BS006 it does not open, or is sealed
    /// otherwise than its chain.</exception>
    public BackupManifest Open(ChainKey? key)
    {
        if (Envelope.IsSealed != key is not null)
            throw Errors.SealedOtherwise(Path, Envelope.IsSealed);
        if (key is null)
            return ManifestFile.ReadBody(Body.Span, Envelope, Path);
        if (key.ChainId != Envelope.ChainId)
            throw Errors.Undecryptable(Path, "It belongs to another chain.");
        var body = SealedBody.TryOpen(
            salt => new ObjectSeal(key, ManifestFile.Magic, Envelope.LayerId, CollectionLayout.Manifest, salt),
            Body.Span, Head.Span)
            ?? throw Errors.Undecryptable(Path, "It is not the manifest that was sealed in its place.");
        return ManifestFile.ReadBody(body, Envelope, Path);
    }
}
