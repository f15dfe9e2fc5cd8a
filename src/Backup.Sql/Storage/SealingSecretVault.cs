using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Storage;

/// <summary>
/// A vault that keeps nothing: the reference in the place of a secret is the secret itself, sealed with a key that the
/// host supplies. Any process that has the key opens it, so that jobs and schedules outlive the process that they were
/// made in. May be used concurrently.
/// </summary>
/// <remarks>
/// A reference is <c>sealed:1:</c> and, in base64url without padding, a random nonce of 12 bytes, the secret encrypted
/// with AES-256-GCM, and the tag of 16 bytes. The associated data is the parameter's name: a sealed value that was
/// moved to another parameter does not open.
/// </remarks>
public sealed class SealingSecretVault : ISecretVault, IDisposable
{
    /// <summary>The key's length in bytes.</summary>
    public const int KeyBytes = 32;

    private const string Family = "sealed:";
    private const string Mark = Family + "1:";
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly Func<bool, byte[]?> _findKey;
    private readonly IRandomSource _random;
    private readonly Lock _gate = new();
    private byte[]? _key;
    private bool _disposed;

    /// <summary>Makes a vault.</summary>
    /// <param name="key">The key; it is copied, and the copy zeroed when the vault is disposed of.</param>
    /// <param name="random">Where nonces come from; null for the operating system, the only good choice but in
    /// tests.</param>
    /// <exception cref="ArgumentException">The key has not <see cref="KeyBytes"/> bytes.</exception>
    public SealingSecretVault(ReadOnlySpan<byte> key, IRandomSource? random = null)
    {
        if (key.Length != KeyBytes)
            throw new ArgumentException($"The key must have {KeyBytes} bytes.", nameof(key));
        _key = Kept(key);
        _findKey = _ => null;
        _random = random ?? CryptoRandomSource.Instance;
    }

    private SealingSecretVault(Func<bool, byte[]?> findKey, IRandomSource random)
    {
        _findKey = findKey;
        _random = random;
    }

    /// <summary>
    /// A vault whose key is in a file that nobody but its owner may read. The file is made when the first secret is
    /// sealed; several processes that come to it at once share one key.
    /// </summary>
    /// <param name="path">The file; a relative path counts from the current directory.</param>
    /// <param name="random">Where keys and nonces come from; null for the operating system.</param>
    /// <returns>The vault. Its members fail with 42501 when others may read the file, XX001 when it holds no key,
    /// 58030 when it cannot be read or made.</returns>
    public static SealingSecretVault WithKeyFile(string path, IRandomSource? random = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        var source = random ?? CryptoRandomSource.Instance;
        var file = new KeyFile(Path.GetFullPath(path), source);
        return new SealingSecretVault(make => make ? file.ReadOrMake() : file.Read(), source);
    }

    /// <inheritdoc/>
    public string Seal(StoreUri location)
    {
        ArgumentNullException.ThrowIfNull(location);
        return location.WithSecrets(Seal);
    }

    /// <inheritdoc/>
    public StoreUri Open(string sealedLocation) =>
        StoreUri.Parse(StoreUri.Parse(sealedLocation).WithSecrets(Open));

    /// <summary>Forgets the key.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            CryptographicOperations.ZeroMemory(_key);
            _key = null;
        }
    }

    private string Seal(string name, string secret)
    {
        var plain = Encoding.UTF8.GetBytes(secret);
        var parts = new byte[NonceBytes + plain.Length + TagBytes];
        try
        {
            var nonce = parts.AsSpan(0, NonceBytes);
            _random.Fill(nonce);
            using var cipher = Cipher(make: true)!;
            cipher.Encrypt(
                nonce, plain, parts.AsSpan(NonceBytes, plain.Length), parts.AsSpan(^TagBytes..),
                Encoding.UTF8.GetBytes(name));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }

        return Mark + Base64Url.EncodeToString(parts);
    }

    private string Open(string name, string value)
    {
        if (!value.StartsWith(Mark, StringComparison.Ordinal))
        {
            // Of a process that kept its secrets in memory, or of a newer version; anything else was never sealed.
            return value.StartsWith(Family, StringComparison.Ordinal) || MemorySecretVault.IsReference(value)
                ? throw Errors.SecretNotInVault(name)
                : value;
        }

        var text = value.AsSpan(Mark.Length);
        if (!Base64Url.IsValid(text, out var length) || length < NonceBytes + TagBytes)
            throw Errors.SecretNotInVault(name);
        var plain = new byte[length - NonceBytes - TagBytes];
        try
        {
            var parts = Base64Url.DecodeFromChars(text);
            using var cipher = Cipher(make: false) ?? throw Errors.SecretNotInVault(name);
            cipher.Decrypt(
                parts.AsSpan(0, NonceBytes), parts.AsSpan(NonceBytes, plain.Length), parts.AsSpan(^TagBytes..), plain,
                Encoding.UTF8.GetBytes(name));
            return Encoding.UTF8.GetString(plain);
        }
        catch (AuthenticationTagMismatchException)
        {
            throw Errors.SecretNotInVault(name);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <summary>A cipher of its own for each call: it may not be shared by threads.</summary>
    /// <returns>Null when there is no key yet, and none shall be made.</returns>
    private AesGcm? Cipher(bool make)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_key is null && _findKey(make) is { } found)
            {
                _key = Kept(found);
                CryptographicOperations.ZeroMemory(found);
            }

            return _key is null ? null : new AesGcm(_key, TagBytes);
        }
    }

    /// <summary>A copy that the garbage collector does not move, so that no other copy is left behind.</summary>
    private static byte[] Kept(ReadOnlySpan<byte> key)
    {
        var kept = GC.AllocateUninitializedArray<byte>(key.Length, pinned: true);
        key.CopyTo(kept);
        return kept;
    }
}
