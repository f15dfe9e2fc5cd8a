using System.Buffers;
using System.Buffers.Binary;
using Backup.Sql.Catalog;
using Backup.Sql.Collections.Format;
using Backup.Sql.Diagnostics;
using Backup.Sql.Rows;

namespace Backup.Sql.Collections;

/// <summary>
/// Sorts rows that come in any order: fills a buffer, sorts it, writes it as one ascending run. A new file starts where
/// a run begins below the end of the one before; at the end runs are merged until few overlap.
/// </summary>
internal sealed class SortingWriter : SpaceSink
{
    private const int RunBytes = 16 << 20;

    // An entry of the sort list counts as well: tiny rows must not make it the larger part.
    private const int EntryBytes = 64;
    private const int MaxRowBytes = 1 << 30;

    private readonly SpaceWriter _space;
    private readonly RowFileWriter _rows;
    private readonly RowHasher _hasher;
    private readonly List<Entry> _entries = [];
    private byte[] _buffer = [];
    private int _used;

    /// <summary>A worker's writer.</summary>
    /// <param name="space">The space written.</param>
    /// <param name="locality">The locality whose location takes the files; null for the default one.</param>
    public SortingWriter(SpaceWriter space, string? locality)
        : base(space, locality)
    {
        _space = space;
        _rows = new RowFileWriter(space.Files, space.RowOptions with { Locality = locality });
        _hasher = new RowHasher(space.Scope);
    }

    private protected override long TotalStored => _rows.StoredBytes;

    private bool IsFull => _used + ((long)_entries.Count * EntryBytes) >= RunBytes;

    /// <inheritdoc/>
    public override bool Write(in RowVersion row)
    {
        var length = (long)row.Key.Length + row.Value.Length;
        if (length > MaxRowBytes)
            throw Errors.RowTooLarge(_space.RowOptions.SpaceName, length);
        EnsureRoom((int)length);
        row.Key.CopyTo(_buffer.AsSpan(_used));
        row.Value.CopyTo(_buffer.AsSpan(_used + row.Key.Length));
        _hasher.Add(_buffer, _used, (int)length, row.Timestamp, row.IsDeletion);
        _entries.Add(new Entry(
            Prefix(row.Key), _used, row.Key.Length, (int)length, _entries.Count, row.Timestamp, row.IsDeletion));
        _used += (int)length;
        RowsTaken++;
        BytesTaken += length;
        return !IsFull;
    }

    /// <inheritdoc/>
    public override async ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        if (IsFull)
            await WriteRunAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    internal override async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        await WriteRunAsync(cancellationToken).ConfigureAwait(false);
        var written = await _rows.EndAsync(cancellationToken).ConfigureAwait(false);
        var merger = new RunMerger(_space.Files, _space.RowOptions with { Locality = Locality }, _space.Codecs);
        var files = await merger.ReduceAsync(written, cancellationToken).ConfigureAwait(false);
        _space.Add(Span, _hasher.Take(), files, []);
    }

    /// <inheritdoc/>
    internal override ValueTask DiscardAsync()
    {
        ReturnOwnBuffer();
        return _rows.DisposeAsync();
    }

    /// <inheritdoc/>
    internal override void ReturnBuffers()
    {
        ReturnOwnBuffer();
        _rows.ReturnBuffers();
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
        var wanted = Math.Max(checked(_used + length), Math.Min(RunBytes, 2 * _buffer.Length));
        var larger = ArrayPool<byte>.Shared.Rent(wanted);
        _hasher.Drain();
        _buffer.AsSpan(0, _used).CopyTo(larger);
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }

    private async ValueTask WriteRunAsync(CancellationToken cancellationToken)
    {
        _hasher.Drain();
        _entries.Sort(Compare);
        foreach (var entry in _entries)
        {
            if (!WriteNext(entry))
                await _rows.FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        _entries.Clear();
        _used = 0;
    }

    private bool WriteNext(Entry entry)
    {
        var key = _buffer.AsSpan(entry.Offset, entry.KeyLength);
        var value = _buffer.AsSpan(entry.Offset + entry.KeyLength, entry.Length - entry.KeyLength);
        return _rows.Append(entry.IsDeletion
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
