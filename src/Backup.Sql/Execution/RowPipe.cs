using System.Buffers;
using System.Buffers.Binary;
using System.Threading.Channels;
using Backup.Sql.Catalog;
using Backup.Sql.Rows;

namespace Backup.Sql.Execution;

/// <summary>
/// Joins an engine that exports to an engine that ingests: what one side writes as a sink, the other reads as a source.
/// Rows are copied once, into pooled chunks, of which only a few are under way at a time.
/// </summary>
internal sealed class RowPipe : IRowVersionSink, IRowSource, IDisposable
{
    private const int ChunkSize = 256 * 1024;
    private const int HeaderSize = 4 + 4 + 8 + 4 + 1;

    private readonly Channel<Chunk> _full = Channel.CreateBounded<Chunk>(
        new BoundedChannelOptions(4) { SingleReader = true, SingleWriter = true });

    private Chunk _writing;
    private Chunk _reading;
    private int _readOffset;

    /// <summary>Says that no row follows, or why none can.</summary>
    public void Complete(Exception? error = null) => _full.Writer.TryComplete(error);

    public bool Write(in RowVersion row)
    {
        var needed = HeaderSize + row.Key.Length + row.Value.Length;
        if (_writing.Buffer is null)
            _writing.Buffer = ArrayPool<byte>.Shared.Rent(Math.Max(ChunkSize, needed));
        else if (_writing.Buffer.Length - _writing.Length < needed)
            _writing.Buffer = Grow(_writing.Buffer, _writing.Length, needed);
        var target = _writing.Buffer.AsSpan(_writing.Length, needed);
        BinaryPrimitives.WriteInt32LittleEndian(target, row.Key.Length);
        BinaryPrimitives.WriteInt32LittleEndian(target[4..], row.Value.Length);
        BinaryPrimitives.WriteInt64LittleEndian(target[8..], row.Timestamp.WallTime);
        BinaryPrimitives.WriteInt32LittleEndian(target[16..], row.Timestamp.Logical);
        target[20] = row.IsDeletion ? (byte)1 : (byte)0;
        row.Key.CopyTo(target[HeaderSize..]);
        row.Value.CopyTo(target[(HeaderSize + row.Key.Length)..]);
        _writing.Length += needed;
        return _writing.Length < ChunkSize;
    }

    public async ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_writing.Length == 0)
            return;
        await _full.Writer.WriteAsync(_writing, cancellationToken).ConfigureAwait(false);
        _writing = default;
    }

    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken = default)
    {
        Release(ref _reading);
        _readOffset = 0;
        while (await _full.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (_full.Reader.TryRead(out _reading))
                return true;
        }

        return false;
    }

    public bool TryRead(out RowVersion row)
    {
        row = default;
        if (_readOffset >= _reading.Length)
            return false;
        var source = _reading.Buffer.AsSpan(_readOffset, _reading.Length - _readOffset);
        var keyLength = BinaryPrimitives.ReadInt32LittleEndian(source);
        var valueLength = BinaryPrimitives.ReadInt32LittleEndian(source[4..]);
        var timestamp = new HlcTimestamp(
            BinaryPrimitives.ReadInt64LittleEndian(source[8..]), BinaryPrimitives.ReadInt32LittleEndian(source[16..]));
        var key = source.Slice(HeaderSize, keyLength);
        row = source[20] != 0
            ? RowVersion.Deletion(key, timestamp)
            : new RowVersion(key, timestamp, source.Slice(HeaderSize + keyLength, valueLength));
        _readOffset += HeaderSize + keyLength + valueLength;
        return true;
    }

    public void Dispose()
    {
        Complete();
        while (_full.Reader.TryRead(out var chunk))
            Release(ref chunk);
        Release(ref _reading);
        Release(ref _writing);
    }

    private static byte[] Grow(byte[] buffer, int used, int needed)
    {
        var larger = ArrayPool<byte>.Shared.Rent(used + needed);
        buffer.AsSpan(0, used).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    private static void Release(ref Chunk chunk)
    {
        if (chunk.Buffer is not null)
            ArrayPool<byte>.Shared.Return(chunk.Buffer);
        chunk = default;
    }

    private struct Chunk
    {
        public byte[]? Buffer;
        public int Length;
    }
}
