using System.Buffers.Binary;
using System.Buffers.Text;
using Backup.Sql.Catalog;

namespace Backup.Sql.Collections;

/// <summary>
/// Short names of restorable backups: the end time and, for increments, the start, in microseconds, as base64url.
/// Opaque to users.
/// </summary>
internal static class BackupIds
{
    public static string Of(ILayerLink layer)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, layer.End.WallTime / 1000);
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], layer.Start.WallTime / 1000);
        return Base64Url.EncodeToString(layer.Start.IsZero ? bytes[..8] : bytes);
    }

    /// <summary>Takes an id apart.</summary>
    /// <param name="id">What a user gave.</param>
    /// <param name="end">The end of the backup that it names.</param>
    /// <returns>False if the text is no id.</returns>
    public static bool TryParse(string id, out HlcTimestamp end)
    {
        end = default;
        Span<byte> bytes = stackalloc byte[16];
        if (!Base64Url.IsValid(id, out var length)
            || length is not (8 or 16)
            || !Base64Url.TryDecodeFromChars(id, bytes, out _))
            return false;
        end = new HlcTimestamp(BinaryPrimitives.ReadInt64BigEndian(bytes) * 1000);
        return true;
    }
}
