using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Backup.Sql.Collections.Sealing;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.Collections.Format;

/// <summary>
/// The objects <c>progress/BACKUP-CHECKPOINT-n</c>: magic, version, length of the JSON, the JSON compressed, SHA-256 of
/// all of it. What cannot be read does not count: it is only a hint.
/// </summary>
internal static class CheckpointFile
{
    private const int HeaderBytes = 16;
    private const int HashBytes = 32;
    private const int MaxBytes = 1 << 29;
    private const long MaxRows = 1L << 40;
    private const int ClearVersion = 1;
    private const int SealedVersion = 2;

    /// <summary>The object's first bytes.</summary>
    public static ReadOnlySpan<byte> Magic => "BSQLCKPT"u8;

    /// <summary>Makes the object's bytes.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="number">Its number.</param>
    /// <param name="sealer">Seals it; null for none.</param>
    /// <returns>All of the object.</returns>
    public static byte[] Write(LayerCheckpoint checkpoint, int number, Sealer? sealer)
    {
        var raw = JsonSerializer.SerializeToUtf8Bytes(checkpoint, CollectionsJsonContext.Default.LayerCheckpoint);
        var body = BrotliBody.Compress(raw);
        if (sealer is not null)
            body = SealedBody.Seal(sealer.Begin(Magic, CollectionLayout.Checkpoint(number)), body, []);
        var bytes = new byte[HeaderBytes + body.Length + HashBytes];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), sealer is null ? ClearVersion : SealedVersion);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), raw.Length);
        body.CopyTo(bytes, HeaderBytes);
        SHA256.HashData(bytes.AsSpan(0, bytes.Length - HashBytes), bytes.AsSpan(bytes.Length - HashBytes));
        return bytes;
    }

    /// <summary>Reads a checkpoint.</summary>
    /// <param name="store">Where it lies.</param>
    /// <param name="path">The object's name.</param>
    /// <param name="sealOf">Makes its seal of its salt; null for a layer that is not sealed.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Null when there is none that can be read.</returns>
    public static async ValueTask<LayerCheckpoint?> ReadAsync(
        IObjectStore store, string path, Func<byte[], ObjectSeal>? sealOf, CancellationToken cancellationToken)
    {
        if (await store.HeadAsync(path, cancellationToken).ConfigureAwait(false) is not { } info
            || info.Length is < HeaderBytes + HashBytes or > MaxBytes)
            return null;
        var bytes = new byte[info.Length];
        await store.ReadAsync(path, 0, bytes, cancellationToken).ConfigureAwait(false);
        return Parse(bytes, path, sealOf);
    }

    /// <summary>Reads a checkpoint out of its object's bytes.</summary>
    /// <param name="bytes">All of the object.</param>
    /// <param name="path">The object's name, for errors.</param>
    /// <param name="sealOf">Makes its seal of its salt; null for a layer that is not sealed.</param>
    /// <returns>Null when it cannot be read.</returns>
    public static LayerCheckpoint? Parse(byte[] bytes, string path, Func<byte[], ObjectSeal>? sealOf = null)
    {
        if (bytes.Length < HeaderBytes + HashBytes || !bytes.AsSpan().StartsWith(Magic)
            || BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(8))
                != (sealOf is null ? ClearVersion : SealedVersion)
            || !SHA256.HashData(bytes.AsSpan(0, bytes.Length - HashBytes)).AsSpan()
                .SequenceEqual(bytes.AsSpan(bytes.Length - HashBytes)))
            return null;
        var rawLength = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(12));
        if (rawLength is < 0 or > MaxBytes)
            return null;
        var body = bytes[HeaderBytes..^HashBytes];
        if (sealOf is not null)
        {
            if (SealedBody.TryOpen(sealOf, body, []) is not { } opened)
                return null;
            body = opened;
        }

        try
        {
            var raw = BrotliBody.Decompress(body, rawLength, path);
            return ManifestJson.Read<LayerCheckpoint>(raw) is { } checkpoint && IsSound(checkpoint) ? checkpoint : null;
        }
        catch (BackupSqlException error) when (error.SqlState == SqlStates.DataCorrupted)
        {
            return null;
        }
    }

    private static bool IsSound(LayerCheckpoint checkpoint) =>
        checkpoint.FormatVersion <= BackupManifest.CurrentFormat
        && checkpoint.Spaces.Select(space => space.Space).Distinct().Count() == checkpoint.Spaces.Count
        && checkpoint.Spaces.All(space => Enum.IsDefined(space.Coverage) && space.PageSize is >= 0 and <= 1 << 20)
        && checkpoint.Spaces.SelectMany(space => space.Parts).All(part => part.Rows is >= 0 and <= MaxRows)
        && checkpoint.AllFiles().All(ManifestRules.IsFile);
}
