using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
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

    private static ReadOnlySpan<byte> Magic => "BSQLCKPT"u8;

    public static byte[] Write(LayerCheckpoint checkpoint)
    {
        var raw = JsonSerializer.SerializeToUtf8Bytes(checkpoint, CollectionsJsonContext.Default.LayerCheckpoint);
        var body = BrotliBody.Compress(raw);
        var bytes = new byte[HeaderBytes + body.Length + HashBytes];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), BackupManifest.CurrentFormat);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), raw.Length);
        body.CopyTo(bytes, HeaderBytes);
        SHA256.HashData(bytes.AsSpan(0, bytes.Length - HashBytes), bytes.AsSpan(bytes.Length - HashBytes));
        return bytes;
    }

    /// <summary>Reads a checkpoint.</summary>
    /// <returns>Null when there is none that can be read.</returns>
    public static async ValueTask<LayerCheckpoint?> ReadAsync(
        IObjectStore store, string path, CancellationToken cancellationToken)
    {
        if (await store.HeadAsync(path, cancellationToken).ConfigureAwait(false) is not { } info
            || info.Length is < HeaderBytes + HashBytes or > MaxBytes)
            return null;
        var bytes = new byte[info.Length];
        await store.ReadAsync(path, 0, bytes, cancellationToken).ConfigureAwait(false);
        return Parse(bytes, path);
    }

    /// <summary>Reads a checkpoint out of its object's bytes.</summary>
    /// <returns>Null when it cannot be read.</returns>
    public static LayerCheckpoint? Parse(byte[] bytes, string path)
    {
        if (bytes.Length < HeaderBytes + HashBytes || !bytes.AsSpan().StartsWith(Magic)
            || BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(8)) != BackupManifest.CurrentFormat
            || !SHA256.HashData(bytes.AsSpan(0, bytes.Length - HashBytes)).AsSpan()
                .SequenceEqual(bytes.AsSpan(bytes.Length - HashBytes)))
            return null;
        var rawLength = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(12));
        if (rawLength is < 0 or > MaxBytes)
            return null;
        try
        {
            var raw = BrotliBody.Decompress(
                bytes.AsSpan(HeaderBytes, bytes.Length - HeaderBytes - HashBytes), rawLength, path);
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
