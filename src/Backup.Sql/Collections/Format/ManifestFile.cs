using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Backup.Sql.Collections.Sealing;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.Collections.Format;

/// <summary>
/// The object BACKUP_MANIFEST: header, envelope, its CRC-32C, body, SHA-256 of all of it. docs/format.md has the bytes.
/// Nothing is parsed before its checksum agreed, and nothing is allocated on the word of a length alone.
/// </summary>
internal static class ManifestFile
{
    private const int HeaderBytes = 20;
    private const int CrcBytes = 4;
    private const int HashBytes = 32;
    private const int MaxEnvelopeBytes = 1 << 20;
    private const int MaxBodyBytes = 1 << 29;

    /// <summary>
    /// What stands in a manifest's place when another process has made sure that this layer is never committed.
    /// </summary>
    public static ReadOnlyMemory<byte> Void { get; } = "BSQLVOID"u8.ToArray();

    /// <summary>The object's first bytes.</summary>
    public static ReadOnlySpan<byte> Magic => "BSQLMANI"u8;

    /// <summary>Tells whether an object only keeps a manifest from coming to be in its place.</summary>
    /// <param name="store">Where it lies.</param>
    /// <param name="path">The object's name.</param>
    /// <param name="length">Its length, which alone tells of almost all that they are something else.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>
    /// False for a manifest, and for one that was cut off to that very length: it shows its first bytes.
    /// </returns>
    public static async ValueTask<bool> IsVoidAsync(
        IObjectStore store, string path, long length, CancellationToken cancellationToken)
    {
        if (length != Void.Length)
            return false;
        var bytes = new byte[Void.Length];
        try
        {
            await store.ReadAsync(path, 0, bytes, cancellationToken).ConfigureAwait(false);
        }
        catch (BackupSqlException error) when (error.SqlState == SqlStates.UndefinedFile)
        {
            return true; // Its writer has just taken it back.
        }

        return !bytes.AsSpan().SequenceEqual(Magic);
    }

    /// <summary>Makes the object's bytes.</summary>
    /// <param name="manifest">The manifest.</param>
    /// <param name="path">The object's name, for errors.</param>
    /// <param name="sealer">Seals the body; null for none.</param>
    /// <returns>All of the object.</returns>
    public static byte[] Write(BackupManifest manifest, string path, Sealer? sealer = null)
    {
        var raw = JsonSerializer.SerializeToUtf8Bytes(manifest, CollectionsJsonContext.Default.BackupManifest);
        if (raw.Length > MaxBodyBytes)
            throw Errors.ManifestTooLarge(path);
        var body = BrotliBody.Compress(raw);
        var stored = sealer is null ? body.Length : (int)SealedBody.LengthOf(body.Length);
        var envelope = JsonSerializer.SerializeToUtf8Bytes(
            MakeEnvelope(manifest, raw.Length, stored, body, sealer),
            CollectionsJsonContext.Default.ManifestEnvelope);
        var bytes = new byte[HeaderBytes + envelope.Length + CrcBytes + stored + HashBytes];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), BackupManifest.CurrentFormat);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), envelope.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), stored);
        envelope.CopyTo(bytes, HeaderBytes);
        var end = HeaderBytes + envelope.Length;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(end), Crc32C.Compute(bytes.AsSpan(0, end)));
        if (sealer is not null)
            body = SealedBody.Seal(
                sealer.Begin(Magic, CollectionLayout.Manifest), body, SHA256.HashData(bytes.AsSpan(0, end)));
        body.CopyTo(bytes, end + CrcBytes);
        SHA256.HashData(bytes.AsSpan(0, bytes.Length - HashBytes), bytes.AsSpan(bytes.Length - HashBytes));
        return bytes;
    }

    /// <summary>Reads a manifest.</summary>
    /// <param name="store">Where it lies.</param>
    /// <param name="path">The object's name.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The manifest, not yet opened, or null if there is none.</returns>
    /// <exception cref="BackupSqlException">XX001 damaged; BS002 a later format.</exception>
    public static async ValueTask<StoredManifest?> ReadAsync(
        IObjectStore store, string path, CancellationToken cancellationToken)
    {
        if (await store.HeadAsync(path, cancellationToken).ConfigureAwait(false) is not { } info
            || await IsVoidAsync(store, path, info.Length, cancellationToken).ConfigureAwait(false))
            return null;
        if (info.Length > MaxEnvelopeBytes + (long)MaxBodyBytes + HeaderBytes + CrcBytes + HashBytes)
            throw Errors.Corrupt(path, "It is larger than any manifest.");
        var bytes = new byte[info.Length];
        await store.ReadAsync(path, 0, bytes, cancellationToken).ConfigureAwait(false);
        return Read(bytes, path);
    }

    /// <summary>Reads a manifest's envelope and not its body.</summary>
    /// <param name="store">Where it lies.</param>
    /// <param name="path">The object's name.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The envelope, or null if there is no manifest.</returns>
    /// <exception cref="BackupSqlException">XX001 damaged; BS002 a later format.</exception>
    public static async ValueTask<ManifestEnvelope?> ReadEnvelopeAsync(
        IObjectStore store, string path, CancellationToken cancellationToken)
    {
        const int Guess = 4096;
        if (await store.HeadAsync(path, cancellationToken).ConfigureAwait(false) is not { } info
            || await IsVoidAsync(store, path, info.Length, cancellationToken).ConfigureAwait(false))
            return null;
        var bytes = new byte[Math.Min(info.Length, Guess)];
        await store.ReadAsync(path, 0, bytes, cancellationToken).ConfigureAwait(false);
        var (envelopeLength, _) = ReadHeader(bytes, info.Length, path);
        if (bytes.Length < HeaderBytes + envelopeLength + CrcBytes)
        {
            bytes = new byte[HeaderBytes + envelopeLength + CrcBytes];
            await store.ReadAsync(path, 0, bytes, cancellationToken).ConfigureAwait(false);
        }

        return ParseEnvelope(bytes, envelopeLength, path);
    }

    /// <summary>Reads the envelope of a layer that must be there.</summary>
    /// <param name="store">Where it lies.</param>
    /// <param name="directory">The layer's directory.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The envelope.</returns>
    /// <exception cref="BackupSqlException">58P01 no such backup; otherwise as
    /// <see cref="ReadEnvelopeAsync"/>.</exception>
    public static async Task<ManifestEnvelope> RequireEnvelopeAsync(
        IObjectStore store, string directory, CancellationToken cancellationToken) =>
        await ReadEnvelopeAsync(
            store, CollectionLayout.Join(directory, CollectionLayout.Manifest), cancellationToken).ConfigureAwait(false)
        ?? throw (directory.Length == 0 ? Errors.NoBackupAtLocation() : Errors.NoBackup(directory));

    /// <summary>Reads a manifest out of its object's bytes.</summary>
    /// <param name="bytes">All of the object.</param>
    /// <param name="path">The object's name, for errors.</param>
    /// <param name="key">The chain's key; null for one that is not sealed.</param>
    /// <returns>The manifest.</returns>
    /// <exception cref="BackupSqlException">XX001 damaged; BS002 a later format; BS006 it does not
    /// open.</exception>
    public static BackupManifest Parse(ReadOnlySpan<byte> bytes, string path, ChainKey? key = null) =>
        Read(bytes.ToArray(), path).Open(key);

    private static StoredManifest Read(byte[] all, string path)
    {
        ReadOnlySpan<byte> bytes = all;
        var (envelopeLength, bodyLength) = ReadHeader(bytes, bytes.Length, path);
        Span<byte> hash = stackalloc byte[HashBytes];
        SHA256.HashData(bytes[..^HashBytes], hash);
        if (!hash.SequenceEqual(bytes[^HashBytes..]))
            throw Errors.Corrupt(path, "Its SHA-256 does not agree.");
        var envelope = ParseEnvelope(bytes, envelopeLength, path);
        var body = all.AsMemory(HeaderBytes + envelopeLength + CrcBytes, bodyLength);
        SHA256.HashData(body.Span, hash);
        if (envelope.BodyLength != bodyLength
            || (!envelope.IsSealed && Convert.ToHexStringLower(hash) != envelope.BodySha256))
            throw Errors.Corrupt(path, "Its envelope belongs to another body.");
        return new StoredManifest(
            envelope, body, SHA256.HashData(bytes[..(HeaderBytes + envelopeLength)]), path);
    }

    /// <summary>Reads a body that was opened.</summary>
    /// <param name="body">The body, compressed.</param>
    /// <param name="envelope">Its envelope.</param>
    /// <param name="path">The object's name, for errors.</param>
    /// <returns>The manifest.</returns>
    public static BackupManifest ReadBody(ReadOnlySpan<byte> body, ManifestEnvelope envelope, string path)
    {
        var manifest = ParseBody(body, envelope, path);
        if (manifest.LayerId != envelope.LayerId || manifest.ChainId != envelope.ChainId
            || manifest.ParentLayerId != envelope.ParentLayerId
            || manifest.Directory != envelope.Directory
            || manifest.Start != envelope.Start || manifest.End != envelope.End || manifest.Kind != envelope.Kind)
            throw Errors.Corrupt(path, "Its envelope and its body contradict each other.");
        return manifest;
    }

    private static ManifestEnvelope MakeEnvelope(
        BackupManifest manifest, int rawLength, int storedLength, byte[] clearBody, Sealer? sealer) =>
        new()
        {
            LayerId = manifest.LayerId,
            ChainId = manifest.ChainId,
            ParentLayerId = manifest.ParentLayerId,
            Directory = manifest.Directory,
            Kind = manifest.Kind,
            Start = manifest.Start,
            End = manifest.End,
            RevisionStart = manifest.RevisionStart,
            ClusterId = manifest.ClusterId,
            Label = manifest.Label,
            Snapshot = manifest.Snapshot,
            KeepForever = manifest.KeepForever,
            BodyCodec = "brotli",
            BodySealing = sealer is null ? "none" : KeyObject.CipherName,
            KeyCheck = sealer?.Key.MakeCheck(),
            BodyLength = storedLength,
            BodyRawLength = rawLength,
            BodySha256 = sealer is not null ? null : Convert.ToHexStringLower(SHA256.HashData(clearBody)),
        };

    private static (int Envelope, int Body) ReadHeader(ReadOnlySpan<byte> bytes, long length, string path)
    {
        if (bytes.Length < HeaderBytes || !bytes.StartsWith(Magic))
            throw Errors.Corrupt(path, "It does not start like a manifest.");
        var version = BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]);
        if (version > BackupManifest.CurrentFormat)
            throw Errors.NewerFormat(path, version);
        var envelope = BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]);
        var body = BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]);
        if (version == 0 || BinaryPrimitives.ReadUInt16LittleEndian(bytes[10..]) != 0
            || envelope is < 0 or > MaxEnvelopeBytes || body < 0
            || HeaderBytes + (long)envelope + CrcBytes + body + HashBytes != length)
            throw Errors.Corrupt(path, "Its header does not agree with its size.");
        return (envelope, body);
    }

    private static ManifestEnvelope ParseEnvelope(ReadOnlySpan<byte> bytes, int length, string path)
    {
        var end = HeaderBytes + length;
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[end..]) != Crc32C.Compute(bytes[..end]))
            throw Errors.Corrupt(path, "The checksum of its envelope does not agree.");
        var envelope = ManifestJson.Read<ManifestEnvelope>(bytes[HeaderBytes..end])
            ?? throw Errors.Corrupt(path, "Its envelope cannot be read.");
        if (envelope.FormatVersion > BackupManifest.CurrentFormat)
            throw Errors.NewerFormat(path, envelope.FormatVersion);
        if (envelope.BodySealing is not ("none" or KeyObject.CipherName))
            throw Errors.NewerFormat(path, BackupManifest.CurrentFormat + 1);
        ManifestRules.CheckPlace(envelope.Directory, path);
        return ManifestRules.Check(envelope, path);
    }

    private static BackupManifest ParseBody(ReadOnlySpan<byte> body, ManifestEnvelope envelope, string path)
    {
        if (envelope.BodyCodec is not ("brotli" or "none"))
            throw Errors.NewerFormat(path, BackupManifest.CurrentFormat + 1);
        if (envelope.BodyRawLength is < 0 or > MaxBodyBytes)
            throw Errors.Corrupt(path, "Its body has an impossible length.");
        var raw = envelope.BodyCodec == "none" ? body.ToArray()
            : BrotliBody.Decompress(body, envelope.BodyRawLength, path);
        var manifest = ManifestJson.Read<BackupManifest>(raw)
            ?? throw Errors.Corrupt(path, "Its body cannot be read.");
        return ManifestRules.Check(manifest, path);
    }
}
