using System.Security.Cryptography;
using System.Text;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Collections.Sealing;

/// <summary>
/// Wraps the key of a chain with a passphrase: PBKDF2-HMAC-SHA256 (RFC 8018) makes a key of it, AES-256-GCM wraps with
/// that one. The passphrase is taken as UTF-8, exactly as it was given.
/// </summary>
internal static class PassphraseSlots
{
    /// <summary>Iterations that are written: what OWASP asks for.</summary>
    public const int DefaultIterations = 600_000;

    /// <summary>The fewest iterations that are read.</summary>
    public const int LeastIterations = 1000;

    /// <summary>The most iterations that are read: more would only keep a reader busy.</summary>
    public const int MostIterations = 10_000_000;

    private const int SaltBytes = 16;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int WrappedBytes = NonceBytes + ChainKey.KeyBytes + TagBytes;

    /// <summary>Wraps a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="passphrase">The passphrase.</param>
    /// <param name="iterations">Iterations of PBKDF2.</param>
    /// <param name="random">Gives salt and nonce.</param>
    /// <returns>The slot.</returns>
    public static KeySlot Wrap(ChainKey key, string passphrase, int iterations, IRandomSource random)
    {
        var salt = new byte[SaltBytes];
        random.Fill(salt);
        var wrapped = new byte[WrappedBytes];
        random.Fill(wrapped.AsSpan(0, NonceBytes));
        Span<byte> outer = stackalloc byte[ChainKey.KeyBytes];
        try
        {
            Stretch(passphrase, salt, iterations, outer);
            using var cipher = new AesGcm(outer, TagBytes);
            cipher.Encrypt(
                wrapped.AsSpan(0, NonceBytes), key.Bytes.Span, wrapped.AsSpan(NonceBytes, ChainKey.KeyBytes),
                wrapped.AsSpan(^TagBytes..), SlotContext.Of(key.ChainIdBytes));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(outer);
        }

        return new KeySlot
        {
            Kind = KeySlot.OfPassphrase,
            Salt = salt,
            Iterations = iterations,
            Wrapped = wrapped,
        };
    }

    /// <summary>Unwraps a key.</summary>
    /// <param name="slot">A passphrase's slot.</param>
    /// <param name="chainId">The chain.</param>
    /// <param name="passphrase">The passphrase.</param>
    /// <param name="path">The object that holds the slot, for errors.</param>
    /// <returns>The key; null if the slot is another passphrase's.</returns>
    /// <exception cref="BackupSqlException">XX001 the slot is malformed.</exception>
    public static ChainKey? TryUnwrap(KeySlot slot, string chainId, string passphrase, string path)
    {
        if (slot.Salt is not { Length: > 0 } salt || slot.Wrapped.Length != WrappedBytes
            || slot.Iterations is < LeastIterations or > MostIterations)
            throw Errors.Corrupt(path, "A slot of a passphrase is malformed.");
        Span<byte> outer = stackalloc byte[ChainKey.KeyBytes];
        Span<byte> key = stackalloc byte[ChainKey.KeyBytes];
        try
        {
            Stretch(passphrase, salt, slot.Iterations, outer);
            using var cipher = new AesGcm(outer, TagBytes);
            cipher.Decrypt(
                slot.Wrapped.AsSpan(0, NonceBytes), slot.Wrapped.AsSpan(NonceBytes, ChainKey.KeyBytes),
                slot.Wrapped.AsSpan(^TagBytes..), key, SlotContext.Of(Convert.FromHexString(chainId)));
            return new ChainKey(chainId, key);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(outer);
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Makes a key of a passphrase.</summary>
    /// <param name="passphrase">The passphrase.</param>
    /// <param name="salt">The salt.</param>
    /// <param name="iterations">The iterations.</param>
    /// <param name="key">Takes the key.</param>
    public static void Stretch(string passphrase, ReadOnlySpan<byte> salt, int iterations, Span<byte> key)
    {
        var bytes = Encoding.UTF8.GetBytes(passphrase);
        try
        {
            Rfc2898DeriveBytes.Pbkdf2(bytes, salt, key, iterations, HashAlgorithmName.SHA256);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
