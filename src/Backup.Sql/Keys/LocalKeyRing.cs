using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.Keys;

/// <summary>
/// A file of master keys, for hosts without a key service: JSON with named keys of 256 bits, each in all its versions.
/// Nobody but the file's owner may read it. Whoever loses the file loses every backup that no other key opens.
/// </summary>
/// <remarks>
/// The content is <c>{"formatVersion":1,"keys":[{"id":…,"uid":…,"versions":[{"version":…,"created":…,"key":…}]}]}</c>:
/// uid is 32 hexadecimal digits, key is base64, versions ascend.
/// </remarks>
public sealed class LocalKeyRing
{
    internal const int KeyBytes = 32;

    private const int UidBytes = 16;
    private const int LongestId = 64;

    private static readonly SearchValues<char> IdCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    private readonly string _path;

    /// <summary>Names a key ring; it need not exist.</summary>
    /// <param name="path">Its file; a relative path counts from the current directory.</param>
    public LocalKeyRing(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = Path.GetFullPath(path);
    }

    /// <summary>Where keys come from. Default: the operating system, the only good choice but in tests.</summary>
    public IRandomSource Random { get; init; } = CryptoRandomSource.Instance;

    /// <summary>Dates new versions. Default: the system's clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    private PrivateFile File => new(_path, Random);

    /// <summary>Adds a key, in a new file where there is none.</summary>
    /// <param name="id">Its name: 1 to 64 letters, digits, <c>-</c>, <c>_</c> and <c>.</c></param>
    /// <returns>The key.</returns>
    /// <exception cref="BackupSqlException">
    /// 42710 there is one of that name; 22023 the name cannot be one; 55006 another process is changing the file; 42501
    /// others may read the file; XX001 it is damaged; 58030 it cannot be read or written.
    /// </exception>
    public LocalKey Add(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        if (id.Length is 0 or > LongestId || id.AsSpan().ContainsAnyExcept(IdCharacters))
            throw Errors.InvalidKeyName(id);
        return Change(ring =>
        {
            if (ring.Keys.Any(key => key.Id == id))
                throw Errors.KeyExists(id, _path);
            Span<byte> uid = stackalloc byte[UidBytes];
            Random.Fill(uid);
            return [.. ring.Keys, new KeyRingKey
            {
                Id = id, Uid = Convert.ToHexStringLower(uid), Versions = [NewVersion(1)],
            }];
        }, id);
    }

    /// <summary>Makes a new version of a key, which wraps from then on. Earlier ones go on unwrapping.</summary>
    /// <param name="id">The key's name.</param>
    /// <returns>The key.</returns>
    /// <exception cref="BackupSqlException">42704 there is none of that name; else as <see cref="Add"/>.</exception>
    public LocalKey Rotate(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return Change(ring =>
        {
            var old = Find(ring, id);
            return [.. ring.Keys.Select(key => key == old
                ? key with { Versions = [.. key.Versions, NewVersion(key.Versions[^1].Version + 1)] }
                : key)];
        }, id);
    }

    /// <summary>Lists the keys, in the order in which they were added.</summary>
    /// <returns>What may be known of each.</returns>
    /// <exception cref="BackupSqlException">58P01 there is no such file; else as <see cref="Add"/>.</exception>
    public IReadOnlyList<LocalKey> List() =>
        WithContent(mustExist: true, ring => ring.Keys.Select(key => key.Describe()).ToList());

    /// <summary>Opens a key; it keeps copies of what it needs.</summary>
    internal LocalKeyService Open(string id) =>
        WithContent(mustExist: true, ring => new LocalKeyService(Find(ring, id), Random));

    private LocalKey Change(Func<KeyRingRecord, IReadOnlyList<KeyRingKey>> change, string id)
    {
        using var _ = File.Lock();
        return WithContent(mustExist: false, ring =>
        {
            var keys = change(ring);
            try
            {
                var text = JsonSerializer.SerializeToUtf8Bytes(
                    ring with { Keys = keys }, KeysJsonContext.Default.KeyRingRecord);
                try
                {
                    File.Replace(text);
                }
                finally
                {
                    CryptographicOperations.ZeroMemory(text);
                }

                return keys.Single(key => key.Id == id).Describe();
            }
            finally
            {
                Forget(keys);
            }
        });
    }

    private T WithContent<T>(bool mustExist, Func<KeyRingRecord, T> use)
    {
        var ring = Read();
        if (ring is null && mustExist)
            throw Errors.KeyRingMissing(_path);
        ring ??= new KeyRingRecord();
        try
        {
            return use(ring);
        }
        finally
        {
            Forget(ring.Keys);
        }
    }

    private KeyRingRecord? Read()
    {
        if (File.Read() is not { } text)
            return null;
        try
        {
            var ring = JsonSerializer.Deserialize(text, KeysJsonContext.Default.KeyRingRecord)
                ?? throw Errors.KeyRingDamaged(_path, cause: null);
            if (ring.FormatVersion > KeyRingRecord.Format)
                throw Errors.KeyRingOfOtherVersion(_path, ring.FormatVersion);
            return ring.FormatVersion == KeyRingRecord.Format && IsSound(ring)
                ? ring
                : throw Errors.KeyRingDamaged(_path, cause: null);
        }
        catch (JsonException error)
        {
            // The parser's words may quote what it stumbled upon: they stay out of the error.
            throw Errors.KeyRingDamaged(_path, new InvalidDataException($"no JSON at line {error.LineNumber + 1}"));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
        }
    }

    private static bool IsSound(KeyRingRecord ring) =>
        ring.Keys is not null
        && ring.Keys.All(key => key is { Id: not null, Uid.Length: 2 * UidBytes, Versions.Count: > 0 }
            && key.Versions.All(version => version is { Version: > 0, Key.Length: KeyBytes })
            && key.Versions.Zip(key.Versions.Skip(1)).All(pair => pair.First.Version < pair.Second.Version))
        && ring.Keys.DistinctBy(key => key.Id).Count() == ring.Keys.Count
        && ring.Keys.DistinctBy(key => key.Uid).Count() == ring.Keys.Count;

    private KeyRingKey Find(KeyRingRecord ring, string id) =>
        ring.Keys.FirstOrDefault(key => key.Id == id)
        ?? throw Errors.KeyNotInRing(id, _path, ring.Keys.Select(key => key.Id));

    private KeyRingVersion NewVersion(int number)
    {
        var key = new byte[KeyBytes];
        Random.Fill(key);
        return new KeyRingVersion(number, TimeProvider.GetUtcNow(), key);
    }

    private static void Forget(IReadOnlyList<KeyRingKey> keys)
    {
        foreach (var version in keys.SelectMany(key => key.Versions))
            CryptographicOperations.ZeroMemory(version.Key);
    }
}
