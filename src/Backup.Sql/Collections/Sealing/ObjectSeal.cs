using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Backup.Sql.Collections.Sealing;

/// <summary>
/// Seals and opens the pieces of one object with AES-256-GCM. The key is derived from the chain's, the object's salt
/// and its identity; what a piece is and where it stands is authenticated with it, so that a piece opens in its own
/// place alone. docs/format.md has the bytes.
/// </summary>
/// <remarks>
/// The object's key is derived anew for every piece and zeroed after it: a few microseconds for a piece of up to a MiB,
/// and nothing to keep, to share between threads, or to forget.
/// </remarks>
internal sealed class ObjectSeal
{
    /// <summary>Bytes of the salt that an object starts with.</summary>
    public const int SaltBytes = 32;

    /// <summary>Bytes that sealing adds to a piece.</summary>
    public const int TagBytes = 16;

    private const int NonceBytes = 12;
    private const ushort Version = 1;

    private readonly ChainKey _key;
    private readonly byte[] _salt;
    private readonly byte[] _info;
    private readonly byte[] _identity;
    private readonly byte[] _name;

    /// <summary>The seal of an object.</summary>
    /// <param name="key">The chain's key.</param>
    /// <param name="kind">The object's first eight bytes.</param>
    /// <param name="layerId">Its layer.</param>
    /// <param name="name">Its name below the layer's directory.</param>
    /// <param name="salt">Its salt.</param>
    public ObjectSeal(
        ChainKey key, ReadOnlySpan<byte> kind, string layerId, string name, ReadOnlySpan<byte> salt)
    {
        _key = key;
        _salt = salt.ToArray();
        _name = Encoding.UTF8.GetBytes(name);
        var layer = Convert.FromHexString(layerId);
        _info = [.. "BSQLSEAL"u8, .. key.ChainIdBytes, .. layer, .. _name];
        _identity = [.. kind, (byte)Version, Version >> 8, .. key.ChainIdBytes, .. layer];
    }

    /// <summary>The object's salt.</summary>
    public ReadOnlySpan<byte> Salt => _salt;

    /// <summary>Seals a piece in place.</summary>
    /// <param name="piece">Which piece; each at most once.</param>
    /// <param name="context">What else stands for the piece and must not change.</param>
    /// <param name="text">The piece.</param>
    /// <param name="tag">Takes the tag.</param>
    public void Seal(in Piece piece, ReadOnlySpan<byte> context, Span<byte> text, Span<byte> tag) =>
        Run(piece, context, text, tag, open: false);

    /// <summary>Opens a piece in place.</summary>
    /// <param name="piece">Which piece.</param>
    /// <param name="context">As it was sealed with.</param>
    /// <param name="text">The piece; zeroed if it is not genuine.</param>
    /// <param name="tag">Its tag.</param>
    /// <returns>False if it is not what was sealed there.</returns>
    public bool TryOpen(in Piece piece, ReadOnlySpan<byte> context, Span<byte> text, Span<byte> tag)
    {
        try
        {
            Run(piece, context, text, tag, open: true);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    private void Run(in Piece piece, ReadOnlySpan<byte> context, Span<byte> text, Span<byte> tag, bool open)
    {
        Span<byte> key = stackalloc byte[ChainKey.KeyBytes];
        Span<byte> nonce = stackalloc byte[NonceBytes];
        var length = _identity.Length + sizeof(ulong) + 1 + context.Length + _name.Length;
        Span<byte> associated = length <= 512 ? stackalloc byte[length] : new byte[length];
        _identity.CopyTo(associated);
        var at = _identity.Length;
        BinaryPrimitives.WriteUInt64LittleEndian(associated[at..], piece.Number);
        associated[at + sizeof(ulong)] = piece.IsLast ? (byte)1 : (byte)0;
        context.CopyTo(associated[(at + sizeof(ulong) + 1)..]);
        _name.CopyTo(associated[(length - _name.Length)..]);
        nonce.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(nonce, piece.Number);
        try
        {
            _key.Derive(_salt, _info, key);
            using var cipher = new AesGcm(key, TagBytes);
            if (open)
                cipher.Decrypt(nonce, text, tag, text, associated);
            else
                cipher.Encrypt(nonce, text, text, tag, associated);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Names a piece of an object.</summary>
    /// <param name="Number">Its number, which is its nonce.</param>
    /// <param name="IsLast">True for the object's last piece.</param>
    internal readonly record struct Piece(ulong Number, bool IsLast)
    {
        /// <summary>The index of a data file, which is read before one knows how many blocks there are.</summary>
        public static Piece Index => new(ulong.MaxValue, true);
    }
}
