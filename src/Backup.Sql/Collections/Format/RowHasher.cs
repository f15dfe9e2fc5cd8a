using System.Buffers.Binary;
using Backup.Sql.Catalog;

namespace Backup.Sql.Collections.Format;

/// <summary>
/// Digests rows for a fingerprint. Rows are only noted by <see cref="Add"/> and digested in batches, so the bytes must
/// stay where they are until <see cref="Drain"/>.
/// </summary>
internal sealed class RowHasher(FingerprintScope scope)
{
    /// <summary>
    /// Bytes that a digest of content has after key and value: wall time, logical counter, deletion flag.
    /// </summary>
    private const int SuffixBytes = 13;

    private const int BatchRows = 256;

    private readonly Entry[] _batch = new Entry[BatchRows];
    private readonly byte[] _hashes = new byte[BatchRows * MultiSha256.HashBytes];
    private FingerprintAccumulator _accumulator = new();
    private int _count;

    /// <summary>What is summed up.</summary>
    public FingerprintScope Scope => scope;

    /// <summary>Notes a row.</summary>
    /// <param name="buffer">Holds key and value without a gap.</param>
    /// <param name="offset">Where the key starts.</param>
    /// <param name="length">Bytes of key and value.</param>
    /// <param name="timestamp">The row's timestamp.</param>
    /// <param name="isDeletion">Whether the row is a deletion.</param>
    public void Add(byte[] buffer, int offset, int length, HlcTimestamp timestamp, bool isDeletion)
    {
        if (_count == BatchRows)
            Drain();
        ref var entry = ref _batch[_count++];
        entry.Buffer = buffer;
        entry.Offset = offset;
        entry.Length = length;
        entry.Timestamp = timestamp;
        entry.IsDeletion = isDeletion;
    }

    /// <summary>Digests what was noted. The noted bytes may be overwritten afterwards.</summary>
    public void Drain()
    {
        if (_count == 0)
            return;
        MultiSha256.Compute(this, _count, _hashes);
        for (var i = 0; i < _count; i++)
            _accumulator.Add(BinaryPrimitives.ReadUInt128BigEndian(_hashes.AsSpan(i * MultiSha256.HashBytes)));
        Array.Clear(_batch, 0, _count);
        _count = 0;
    }

    /// <summary>Takes the sum, noted rows included; the next one starts from nothing.</summary>
    /// <returns>The sum.</returns>
    public FingerprintAccumulator Take()
    {
        Drain();
        var taken = _accumulator;
        _accumulator = new FingerprintAccumulator();
        return taken;
    }

    /// <summary>The bytes of one noted row.</summary>
    /// <param name="index">Its place in the batch.</param>
    /// <returns>Key and value.</returns>
    public ReadOnlySpan<byte> GetMessage(int index)
    {
        ref var entry = ref _batch[index];
        return entry.Buffer.AsSpan(entry.Offset, entry.Length);
    }

    /// <summary>Writes what is digested after key and value.</summary>
    /// <param name="index">The row's place in the batch.</param>
    /// <param name="destination">At least 13 bytes.</param>
    /// <returns>Bytes written: 13 or none.</returns>
    public int WriteSuffix(int index, Span<byte> destination)
    {
        if (scope == FingerprintScope.State)
            return 0;
        ref var entry = ref _batch[index];
        BinaryPrimitives.WriteInt64BigEndian(destination, entry.Timestamp.WallTime);
        BinaryPrimitives.WriteInt32BigEndian(destination[8..], entry.Timestamp.Logical);
        destination[12] = entry.IsDeletion ? (byte)1 : (byte)0;
        return SuffixBytes;
    }

    private struct Entry
    {
        public byte[] Buffer;
        public int Offset;
        public int Length;
        public HlcTimestamp Timestamp;
        public bool IsDeletion;
    }
}
