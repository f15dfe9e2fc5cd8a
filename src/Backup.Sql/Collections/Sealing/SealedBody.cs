namespace Backup.Sql.Collections.Sealing;

/// <summary>
/// Objects without blocks, sealed: the salt, then pieces of 64 KiB, each with its tag. The last piece says that it is
/// the last, so that nothing can be cut off.
/// </summary>
internal static class SealedBody
{
    /// <summary>Bytes of a piece before it is sealed; the last one may have fewer.</summary>
    public const int PieceBytes = 64 << 10;

    private const int StoredBytes = PieceBytes + ObjectSeal.TagBytes;

    /// <summary>Bytes that a body takes when it is sealed.</summary>
    /// <param name="length">Its bytes before.</param>
    /// <returns>Its bytes after.</returns>
    public static long LengthOf(long length) =>
        ObjectSeal.SaltBytes + length + (PiecesOf(length, PieceBytes) * ObjectSeal.TagBytes);

    /// <summary>Seals a body.</summary>
    /// <param name="seal">The object's seal.</param>
    /// <param name="body">The body.</param>
    /// <param name="context">What else must not change, authenticated with every piece.</param>
    /// <returns>The sealed body.</returns>
    public static byte[] Seal(ObjectSeal seal, ReadOnlySpan<byte> body, ReadOnlySpan<byte> context)
    {
        var stored = new byte[LengthOf(body.Length)];
        seal.Salt.CopyTo(stored);
        var rest = stored.AsSpan(ObjectSeal.SaltBytes);
        var pieces = PiecesOf(body.Length, PieceBytes);
        for (var i = 0L; i < pieces; i++)
        {
            var length = Math.Min(PieceBytes, body.Length);
            body[..length].CopyTo(rest);
            seal.Seal(
                new((ulong)i, i == pieces - 1), context, rest[..length], rest.Slice(length, ObjectSeal.TagBytes));
            body = body[length..];
            rest = rest[(length + ObjectSeal.TagBytes)..];
        }

        return stored;
    }

    /// <summary>Opens a body.</summary>
    /// <param name="sealOf">Makes the object's seal of its salt.</param>
    /// <param name="stored">The sealed body.</param>
    /// <param name="context">As it was sealed with.</param>
    /// <returns>The body; null if it is not what was sealed.</returns>
    public static byte[]? TryOpen(
        Func<byte[], ObjectSeal> sealOf, ReadOnlySpan<byte> stored, ReadOnlySpan<byte> context)
    {
        if (stored.Length < LengthOf(0))
            return null;
        var seal = sealOf(stored[..ObjectSeal.SaltBytes].ToArray());
        stored = stored[ObjectSeal.SaltBytes..];
        var pieces = PiecesOf(stored.Length, StoredBytes);
        if (stored.Length < pieces * ObjectSeal.TagBytes)
            return null;
        var body = new byte[stored.Length - (pieces * ObjectSeal.TagBytes)];
        Span<byte> tag = stackalloc byte[ObjectSeal.TagBytes];
        var rest = body.AsSpan();
        for (var i = 0L; i < pieces; i++)
        {
            var length = Math.Min(PieceBytes, rest.Length);
            stored[..length].CopyTo(rest);
            stored.Slice(length, ObjectSeal.TagBytes).CopyTo(tag);
            if (!seal.TryOpen(new((ulong)i, i == pieces - 1), context, rest[..length], tag))
                return null;
            rest = rest[length..];
            stored = stored[(length + ObjectSeal.TagBytes)..];
        }

        return body;
    }

    private static long PiecesOf(long length, int bytes) => Math.Max(1, (length + bytes - 1) / bytes);
}
