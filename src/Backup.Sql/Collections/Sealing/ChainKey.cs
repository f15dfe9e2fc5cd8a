using System.Security.Cryptography;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Collections.Sealing;

/// <summary>
/// The key of a sealed chain: 32 random bytes, from which every object gets a key of its own. Disposing zeroes it.
/// May be used concurrently.
/// </summary>
internal sealed class ChainKey : IDisposable
{
    /// <summary>Bytes of the key.</summary>
    public const int KeyBytes = 32;

    /// <summary>Bytes of a check value.</summary>
    public const int CheckBytes = 32;

    private readonly byte[] _id;
    private readonly byte[] _key;
    private bool _disposed;

    /// <summary>A key that was unwrapped.</summary>
    /// <param name="chainId">The chain: 32 hexadecimal digits.</param>
    /// <param name="key">The key; it is copied.</param>
    public ChainKey(string chainId, ReadOnlySpan<byte> key)
    {
        _id = Convert.FromHexString(chainId);
        ChainId = chainId;
        // Pinned, so that the garbage collector leaves no copy behind.
        _key = GC.AllocateUninitializedArray<byte>(KeyBytes, pinned: true);
        key.CopyTo(_key);
    }

    /// <summary>The chain.</summary>
    public string ChainId { get; }

    /// <summary>The chain's id as bytes.</summary>
    public ReadOnlySpan<byte> ChainIdBytes => _id;

    /// <summary>The key itself, to be wrapped.</summary>
    public ReadOnlyMemory<byte> Bytes
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _key;
        }
    }

    private static ReadOnlySpan<byte> CheckLabel => "BSQLCHCK"u8;

    /// <summary>Draws the key of a new chain.</summary>
    /// <param name="chainId">The chain.</param>
    /// <param name="random">Gives the key.</param>
    /// <returns>The key.</returns>
    public static ChainKey Draw(string chainId, IRandomSource random)
    {
        Span<byte> key = stackalloc byte[KeyBytes];
        try
        {
            random.Fill(key);
            return new ChainKey(chainId, key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Derives another key with HKDF-SHA256 (RFC 5869).</summary>
    /// <param name="salt">The salt; may be empty.</param>
    /// <param name="info">What the key is for.</param>
    /// <param name="derived">Takes the key.</param>
    public void Derive(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> info, Span<byte> derived)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, derived, salt, info);
    }

    /// <summary>A value that only this key gives, and that tells nothing about it.</summary>
    /// <returns>32 bytes.</returns>
    public byte[] MakeCheck()
    {
        var check = new byte[CheckBytes];
        Derive([], [.. CheckLabel, .. _id], check);
        return check;
    }

    /// <summary>Tells in fixed time whether a check value is this key's.</summary>
    /// <param name="check">The value.</param>
    /// <returns>True if it is.</returns>
    public bool Fits(ReadOnlySpan<byte> check) => CryptographicOperations.FixedTimeEquals(MakeCheck(), check);

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_key);
    }
}
