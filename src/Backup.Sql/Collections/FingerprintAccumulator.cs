using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Backup.Sql.Collections.Format;

namespace Backup.Sql.Collections;

/// <summary>
/// Adds up row digests. One per thread; the parts are added together at the end, in any order.
/// </summary>
internal sealed class FingerprintAccumulator
{
    /// <summary>Bytes of a digest: the first half of a SHA-256.</summary>
    public const int DigestBytes = 16;

    /// <summary>Rows added so far.</summary>
    public long Rows { get; private set; }

    /// <summary>The sum so far.</summary>
    public UInt128 Sum { get; private set; }

    /// <summary>The digest of a row or a page, as it is summed and as digest files hold it.</summary>
    /// <param name="keyAndValue">Key and value without a gap.</param>
    /// <returns>The first 16 bytes of their SHA-256, read big-endian.</returns>
    [SkipLocalsInit]
    public static UInt128 Digest(ReadOnlySpan<byte> keyAndValue)
    {
        Span<byte> hash = stackalloc byte[Sha256.HashBytes];
        Sha256.Compute(keyAndValue, default, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    /// <summary>Adds one row.</summary>
    /// <param name="digest">Its digest.</param>
    public void Add(UInt128 digest)
    {
        Rows++;
        Sum = unchecked(Sum + digest);
    }

    /// <summary>Adds what another one has added up.</summary>
    /// <param name="other">The other one; no longer in use.</param>
    public void Add(FingerprintAccumulator other)
    {
        Rows += other.Rows;
        Sum = unchecked(Sum + other.Sum);
    }

    /// <summary>The fingerprint of everything added.</summary>
    /// <param name="scope">What was added.</param>
    /// <returns>The fingerprint.</returns>
    public SpaceFingerprint ToFingerprint(FingerprintScope scope) => new(scope, Rows, Sum);
}
