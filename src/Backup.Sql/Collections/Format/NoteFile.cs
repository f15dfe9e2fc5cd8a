using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.Collections.Format;

/// <summary>
/// The small objects beside the backups: a line with the SHA-256 of all that follows, then JSON. docs/format.md has
/// what they say.
/// </summary>
internal static class NoteFile
{
    private const int HashDigits = 64;
    private const int MaxBytes = 16 << 20;

    /// <summary>Makes the object's bytes.</summary>
    public static byte[] Write<T>(T value, JsonTypeInfo<T> type)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(value, type);
        return [.. Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(json))), (byte)'\n', .. json];
    }

    /// <summary>Reads an object; null if it is gone.</summary>
    /// <exception cref="BackupSqlException">XX001 it is not what was written.</exception>
    public static async ValueTask<T?> ReadAsync<T>(
        IObjectStore store, string name, CancellationToken cancellationToken)
        where T : class
    {
        if (await store.HeadAsync(name, cancellationToken).ConfigureAwait(false) is not { } info)
            return null;
        if (info.Length is <= HashDigits or > MaxBytes)
            throw Errors.Corrupt(name, "It has not the size of a note.");
        var bytes = new byte[info.Length];
        try
        {
            await store.ReadAsync(name, 0, bytes, cancellationToken).ConfigureAwait(false);
        }
        catch (BackupSqlException error) when (error.SqlState == SqlStates.UndefinedFile)
        {
            return null; // Somebody deleted it between the two calls.
        }

        return Parse<T>(bytes, name);
    }

    private static T Parse<T>(ReadOnlySpan<byte> bytes, string name)
        where T : class
    {
        var json = bytes[(HashDigits + 1)..];
        var hash = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(json)));
        if (!bytes.StartsWith(hash) || bytes[HashDigits] != (byte)'\n')
            throw Errors.Corrupt(name, "Its checksum does not agree.");
        return ManifestJson.Read<T>(json) ?? throw Errors.Corrupt(name, "It cannot be read.");
    }
}
