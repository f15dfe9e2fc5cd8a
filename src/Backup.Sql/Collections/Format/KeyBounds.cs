namespace Backup.Sql.Collections.Format;

/// <summary>
/// Bounds of keys for indexes and manifests. A key may be as long as a row, an index must stay small: long keys are
/// replaced by short ones that bound them.
/// </summary>
internal static class KeyBounds
{
    /// <summary>Keys up to this length are their own bounds.</summary>
    public const int MaxBytes = 256;

    /// <summary>The longest start of a key that fits: never greater than the key.</summary>
    public static byte[] Lower(ReadOnlySpan<byte> key) => key[..Math.Min(key.Length, MaxBytes)].ToArray();

    /// <summary>A bound that is never less than the key, short unless the key starts with 256 bytes of 0xFF.</summary>
    public static byte[] Upper(ReadOnlySpan<byte> key)
    {
        if (key.Length <= MaxBytes)
            return key.ToArray();
        var last = key[..MaxBytes].LastIndexOfAnyExcept((byte)0xFF);
        if (last < 0)
            return key.ToArray();
        var bound = key[..(last + 1)].ToArray();
        bound[last]++;
        return bound;
    }
}
