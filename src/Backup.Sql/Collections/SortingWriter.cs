using System.Buffers;
using System.Buffers.Binary;
using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Rows;

namespace Backup.Sql.Collections;

/// <summary>
/// Sorts rows that come in any order: fills a buffer, sorts it, hands it on as one ascending run. The writer behind it
/// starts a new file where a run begins below the end of the one before, and readers merge the files.
/// </summary>
internal sealed class SortingWriter : SpaceSink
{
    private const int RunBytes = 16 << 20;

    // An entry of the sort list counts as well: tiny rows must not make it the larger part.
    private const int EntryBytes = 64;
    private const int MaxRowBytes = 1 << 30;

    private readonly DataFileWriter _next;
    private readonly string _spaceName;
    private readonly List<Entry> _entries = [];
    private byte[] _buffer = [];
    private int _used;

    /// <summary>Sorts in front of a writer of its own.</summary>
    /// <param name="space">The space written.</param>
    public SortingWriter(SpaceWriter space)
        : base(space)
    {
        _next = new DataFileWriter(space);
        _spaceName = space.RowOptions.SpaceName;
    }

    private protected override long TotalStored => _next.BytesStored;

    /// <inheritdoc/>
    public override bool Write(in RowVersion row)
    {
        var length = (long)row.Key.Length + row.Value.Length;
        if (length > MaxRowBytes)
            throw Errors.RowTooLarge(_spaceName, length);
        EnsureRoom((int)length);
        row.Key.CopyTo(_buffer.AsSpan(_used));
        row.Value.CopyTo(_buffer.AsSpan(_used + row.Key.Length));
        _entries.Add(new Entry(
            Prefix(row.Key), _used, row.Key.Length, (int)length, _entries.Count, row.Timestamp, row.IsDeletion));
        _used += (int)length;
        RowsTaken++;
        BytesTaken += length;
        return _used + ((long)_entries.Count * EntryBytes) < RunBytes;
    }

    /// <inheritdoc/>
    public override async ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_used + ((long)_entries.Count * EntryBytes) >= RunBytes)
            await HandOnAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    internal override async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        await HandOnAsync(cancellationToken).ConfigureAwait(false);
        await _next.EndAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    internal override ValueTask DiscardAsync()
    {
        ReturnOwnBuffer();
        return _next.DiscardAsync();
    }

    /// <inheritdoc/>
    internal override void ReturnBuffers()
    {
        ReturnOwnBuffer();
        _next.ReturnBuffers();
    }

    private void ReturnOwnBuffer()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private static ulong Prefix(ReadOnlySpan<byte> key)
    {
        Span<byte> start = stackalloc byte[sizeof(ulong)];
        start.Clear();
        key[..Math.Min(key.Length, sizeof(ulong))].CopyTo(start);
        return BinaryPrimitives.ReadUInt64BigEndian(start);
    }

    private void EnsureRoom(int length)
    {
        if (_used + length <= _buffer.Length)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(checked(_used + length), Math.Min(RunBytes, 2 * _buffer.Length)));
        _buffer.AsSpan(0, _used).CopyTo(larger);
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }

    private async ValueTask HandOnAsync(CancellationToken cancellationToken)
    {
        _entries.Sort(Compare);
        foreach (var entry in _entries)
        {
            if (!WriteNext(entry))
                await _next.FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        _entries.Clear();
        _used = 0;
    }

    private bool WriteNext(Entry entry)
    {
        var key = _buffer.AsSpan(entry.Offset, entry.KeyLength);
        var value = _buffer.AsSpan(entry.Offset + entry.KeyLength, entry.Length - entry.KeyLength);
        return _next.Write(entry.IsDeletion
            ? RowVersion.Deletion(key, entry.Timestamp)
            : new RowVersion(key, entry.Timestamp, value));
    }

    private int Compare(Entry left, Entry right)
    {
        var order = left.Prefix.CompareTo(right.Prefix);
        if (order == 0)
        {
            order = _buffer.AsSpan(left.Offset, left.KeyLength)
                .SequenceCompareTo(_buffer.AsSpan(right.Offset, right.KeyLength));
        }

        if (order == 0)
            order = right.Timestamp.CompareTo(left.Timestamp);
        return order != 0 ? order : left.Order.CompareTo(right.Order);
    }

    private readonly record struct Entry(
        ulong Prefix, int Offset, int KeyLength, int Length, int Order, HlcTimestamp Timestamp, bool IsDeletion);
}
