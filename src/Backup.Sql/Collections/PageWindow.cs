using System.Buffers.Binary;

namespace Backup.Sql.Collections;

/// <summary>The known digests of a range of pages.</summary>
internal sealed class PageWindow
{
    /// <summary>Pages in a window: a MiB of digests.</summary>
    public const int Pages = 65536;

    private const int DigestBytes = FingerprintAccumulator.DigestBytes;

    private readonly byte[] _digests = new byte[Pages * DigestBytes];
    private readonly bool[] _known = new bool[Pages];

    /// <summary>The first page; 0 before the first <see cref="MoveTo"/>.</summary>
    public long First { get; private set; }

    /// <summary>Empties the window and moves it.</summary>
    /// <param name="page">The page that it is to start with.</param>
    public void MoveTo(long page)
    {
        First = page;
        Array.Clear(_known);
    }

    /// <summary>Tells whether a page lies in the window.</summary>
    /// <param name="page">The page.</param>
    /// <returns>True if it does.</returns>
    public bool Contains(long page) => First > 0 && page >= First && page < First + Pages;

    /// <summary>Tells whether a page is known and has this digest.</summary>
    /// <param name="page">A page of the window.</param>
    /// <param name="digest">The digest.</param>
    /// <returns>True if nothing changed.</returns>
    public bool Matches(long page, UInt128 digest)
    {
        var slot = (int)(page - First);
        return _known[slot] && BinaryPrimitives.ReadUInt128BigEndian(_digests.AsSpan(slot * DigestBytes)) == digest;
    }

    /// <summary>Notes digests of consecutive pages; those outside the window are passed over.</summary>
    /// <param name="page">The first page.</param>
    /// <param name="digests">Sixteen bytes for each.</param>
    public void Note(long page, ReadOnlySpan<byte> digests)
    {
        var skip = Math.Max(0, First - page);
        var count = Math.Min((digests.Length / DigestBytes) - skip, First + Pages - page - skip);
        if (count <= 0)
            return;
        var slot = (int)(page + skip - First);
        digests.Slice((int)skip * DigestBytes, (int)count * DigestBytes).CopyTo(_digests.AsSpan(slot * DigestBytes));
        _known.AsSpan(slot, (int)count).Fill(true);
    }

    /// <summary>Adds the known digests up.</summary>
    /// <param name="sum">Takes them.</param>
    public void AddTo(FingerprintAccumulator sum)
    {
        for (var slot = 0; slot < Pages; slot++)
        {
            if (_known[slot])
                sum.Add(BinaryPrimitives.ReadUInt128BigEndian(_digests.AsSpan(slot * DigestBytes)));
        }
    }

    /// <summary>Forgets what lies behind the last page of a layer: it was cut off there.</summary>
    /// <param name="lastPage">The last page that existed.</param>
    public void ForgetAfter(long lastPage)
    {
        var keep = Math.Clamp(lastPage - First + 1, 0, Pages);
        Array.Clear(_known, (int)keep, Pages - (int)keep);
    }
}
