using Backup.Sql.Diagnostics;

namespace Backup.Sql.Collections.Sealing;

/// <summary>Seals the objects of one layer, each with a salt that was never used before.</summary>
/// <param name="Key">The chain's key.</param>
/// <param name="LayerId">The layer.</param>
/// <param name="Random">Gives the salts.</param>
internal sealed record Sealer(ChainKey Key, string LayerId, IRandomSource Random)
{
    /// <summary>The seal of a new object.</summary>
    /// <param name="kind">The object's first eight bytes.</param>
    /// <param name="name">Its name below the layer's directory.</param>
    /// <returns>The seal.</returns>
    public ObjectSeal Begin(ReadOnlySpan<byte> kind, string name)
    {
        Span<byte> salt = stackalloc byte[ObjectSeal.SaltBytes];
        Random.Fill(salt);
        return new ObjectSeal(Key, kind, LayerId, name, salt);
    }
}
