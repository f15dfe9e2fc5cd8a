using System.Buffers;
using System.Security.Cryptography;
using Backup.Sql.Catalog;
using Backup.Sql.Collections.Sealing;
using Backup.Sql.Diagnostics;
using Backup.Sql.Rows;
using Backup.Sql.Storage;

namespace Backup.Sql.Collections.Format;

/// <summary>
/// Encodes rows into the blocks of data files, one thread's share of a space. While a block is compressed and sealed
/// the one before it is being written. A file ends when it has reached its size, and where keys stop ascending: within
/// a file they always ascend, and a reader merges files.
/// </summary>
/// <remarks>
/// A row that does not fit into the block is encoded behind it, as the first of the next one, and
/// <see cref="Append"/> asks to be flushed. So a row is never refused, and no block but that of one large row passes
/// <see cref="DataFileFormat.BlockBytes"/>.
/// </remarks>
internal sealed class RowFileWriter : IAsyncDisposable
{
    private const int MaxHeadBytes = 4 * Varint.MaxBytes;
    private const int MaxRowBytes = 1 << 30;

    private readonly LayerFiles _files;
    private readonly RowFileOptions _options;
    private List<DataFileEntry> _finished = [];
    private readonly ArrayBufferWriter<byte> _footer = new(4096);
    private byte[] _buffer;
    private byte[] _stored = [];
    private byte[] _storedBefore = [];
    private Segment _now;
    private Segment _before;
    private Segment _sealed;
    private bool _hasSealed;
    private bool _sealedEndsFile;
    private HlcTimestamp _lastTimestamp;
    private HlcTimestamp _timestampBefore;
    private OpenFile? _file;
    private Task _writing = Task.CompletedTask;

    public RowFileWriter(LayerFiles files, RowFileOptions options)
    {
        _files = files;
        _options = options;
        // Room for a block and the row behind it.
        _buffer = ArrayPool<byte>.Shared.Rent(options.BlockBytes + (options.BlockBytes / 2));
    }

    /// <summary>The buffer that holds the last row; another one after the next call.</summary>
    public byte[] Buffer => _buffer;

    /// <summary>
    /// Where the key of the last row stands in <see cref="Buffer"/>; the value follows it without a gap.
    /// </summary>
    public int LastRowOffset => _now.LastKey;

    /// <summary>Bytes of the last row's key and value.</summary>
    public int LastRowLength => _now.End - _now.LastKey;

    /// <summary>Bytes that were handed to the store.</summary>
    public long StoredBytes { get; private set; }

    /// <summary>Takes a row.</summary>
    /// <param name="row">The row.</param>
    /// <returns>False when <see cref="FlushAsync"/> must be awaited before the next row.</returns>
    public bool Append(in RowVersion row)
    {
        if (_hasSealed)
            throw new InvalidOperationException("The sink asked to be flushed before the next row.");
        var length = (long)row.Key.Length + row.Value.Length;
        if (length > MaxRowBytes)
            throw Errors.RowTooLarge(_options.SpaceName, length);
        _before = _now;
        _timestampBefore = _lastTimestamp;
        var size = MaxHeadBytes + (int)length;
        if (_now.Rows > 0)
        {
            var endsFile = EndsFile(row);
            if (endsFile || _now.End - _now.Start + size > _options.BlockBytes)
                Seal(endsFile);
        }

        EnsureRoom(size);
        Encode(row);
        return !_hasSealed;
    }

    /// <summary>Takes the last row back, which must not have been flushed.</summary>
    public void Undo()
    {
        _now = _before;
        _lastTimestamp = _timestampBefore;
        _hasSealed = false;
    }

    /// <summary>Compresses and hands on what is complete.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (!_hasSealed)
            return;
        await WriteBlockAsync(_sealed, cancellationToken).ConfigureAwait(false);
        if (_sealedEndsFile)
            await FinishFileAsync(cancellationToken).ConfigureAwait(false);
        MoveToFront();
    }

    /// <summary>Writes everything and ends the file; the next row starts another one.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The files since the last call. They are being completed and become durable in the background.</returns>
    public async ValueTask<IReadOnlyList<DataFileEntry>> EndAsync(CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        if (_now.Rows > 0)
            await WriteBlockAsync(_now, cancellationToken).ConfigureAwait(false);
        _now = default;
        await FinishFileAsync(cancellationToken).ConfigureAwait(false);
        var finished = _finished;
        _finished = [];
        return finished;
    }

    /// <summary>Discards a file that was not ended and gives the buffers back.</summary>
    public async ValueTask DisposeAsync()
    {
        await _writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_file is not null)
            await _file.DisposeAsync().ConfigureAwait(false);
        _file = null;
        ReturnBuffers();
    }

    /// <summary>Gives the buffers back after <see cref="EndAsync"/>; nothing may be appended any more.</summary>
    public void ReturnBuffers()
    {
        Return(ref _buffer);
        Return(ref _stored);
        Return(ref _storedBefore);
    }

    private static void Return(ref byte[] buffer)
    {
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
    }

    // Keys ascend within a file, the versions of one key descend; a size limit takes effect between two keys only.
    private bool EndsFile(in RowVersion row)
    {
        var order = row.Key.SequenceCompareTo(_buffer.AsSpan(_now.LastKey, _now.LastKeyLength));
        return order < 0
            || (order == 0 && row.Timestamp >= _lastTimestamp)
            || (order > 0 && _file is not null && _file.Length >= _options.FileBytes);
    }

    private void Seal(bool endsFile)
    {
        _sealed = _now;
        _hasSealed = true;
        _sealedEndsFile = endsFile;
        _now = new Segment { Start = _sealed.End, End = _sealed.End };
    }

    private void EnsureRoom(int size)
    {
        if (_now.End + (long)size <= _buffer.Length)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(_now.End + size);
        _buffer.AsSpan(0, _now.End).CopyTo(larger);
        _options.BufferMoves?.Invoke();
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }

    private void Encode(in RowVersion row)
    {
        var span = _buffer.AsSpan();
        var at = _now.End;
        var timed = row.Timestamp != _now.Timestamp;
        var head = ((ulong)row.Key.Length << 2) | (timed ? 2u : 0u) | (row.IsDeletion ? 1u : 0u);
        at += Varint.Write(span[at..], head);
        if (timed)
        {
            at += Varint.Write(span[at..], Varint.ZigZag(unchecked(row.Timestamp.WallTime - _now.Timestamp.WallTime)));
            at += Varint.Write(span[at..], (uint)row.Timestamp.Logical);
        }

        if (!row.IsDeletion)
            at += Varint.Write(span[at..], (ulong)row.Value.Length);
        if (_now.Rows == 0)
            _now.FirstKey = at;
        _now.LastKey = at;
        _now.LastKeyLength = row.Key.Length;
        if (_now.Rows == 0)
            _now.FirstKeyLength = row.Key.Length;
        row.Key.CopyTo(span[at..]);
        at += row.Key.Length;
        row.Value.CopyTo(span[at..]);
        _now.End = at + row.Value.Length;
        _now.Timestamp = row.Timestamp;
        _lastTimestamp = row.Timestamp;
        _now.Rows++;
    }

    private async ValueTask WriteBlockAsync(Segment block, CancellationToken cancellationToken)
    {
        _file ??= await OpenFileAsync(cancellationToken).ConfigureAwait(false);
        var length = Compress(block, _file.Seal, _file.Blocks);
        AddToIndex(block, length - DataFileFormat.BlockHeaderBytes);
        await _writing.ConfigureAwait(false);
        _writing = _file.WriteAsync(_stored.AsMemory(0, length), cancellationToken).AsTask();
        StoredBytes += length;
        (_stored, _storedBefore) = (_storedBefore, _stored);
    }

    private int Compress(Segment block, ObjectSeal? seal, int number)
    {
        var raw = _buffer.AsSpan(block.Start, block.End - block.Start);
        var codec = _options.Compression.Codec;
        var room = DataFileFormat.BlockHeaderBytes + codec.GetMaxCompressedLength(raw.Length)
            + (seal is null ? 0 : ObjectSeal.TagBytes);
        if (_stored.Length < room)
        {
            Return(ref _stored);
            _stored = ArrayPool<byte>.Shared.Rent(room);
        }

        var length = codec.Compress(
            raw, _stored.AsSpan(DataFileFormat.BlockHeaderBytes), _options.Compression.Level);
        var stored = seal is null ? length : length + ObjectSeal.TagBytes;
        DataFileFormat.WriteBlockLengths(_stored, stored, raw.Length, block.Rows);
        if (seal is not null)
        {
            var text = _stored.AsSpan(DataFileFormat.BlockHeaderBytes, stored);
            seal.Seal(
                new((ulong)number, false), _stored.AsSpan(0, DataFileFormat.BlockContextBytes), text[..length],
                text[length..]);
        }

        DataFileFormat.WriteBlockChecksum(_stored, stored);
        return DataFileFormat.BlockHeaderBytes + stored;
    }

    private void AddToIndex(Segment block, int storedLength)
    {
        var rawLength = block.End - block.Start;
        var first = KeyBounds.Lower(_buffer.AsSpan(block.FirstKey, block.FirstKeyLength));
        var last = KeyBounds.Upper(_buffer.AsSpan(block.LastKey, block.LastKeyLength));
        WriteNumber(storedLength);
        WriteNumber(rawLength);
        WriteNumber(block.Rows);
        WriteNumber(first.Length);
        _footer.Write(first);
        WriteNumber(last.Length);
        _footer.Write(last);
        _file!.Count(block.Rows, rawLength, first, last);
    }

    private void WriteNumber(int number) =>
        _footer.Advance(Varint.Write(_footer.GetSpan(Varint.MaxBytes), (uint)number));

    private void MoveToFront()
    {
        _buffer.AsSpan(_now.Start, _now.End - _now.Start).CopyTo(_buffer);
        _now.LastKey -= _now.Start;
        _now.FirstKey -= _now.Start;
        _now.End -= _now.Start;
        _now.Start = 0;
        _hasSealed = false;
    }

    private async ValueTask<OpenFile> OpenFileAsync(CancellationToken cancellationToken)
    {
        var (name, id, writer) = await _files.BeginAsync(_options.Locality, cancellationToken).ConfigureAwait(false);
        var seal = _files.Sealer?.Begin(DataFileFormat.HeaderMagic, name);
        var file = new OpenFile(name, id, writer, seal);
        _footer.ResetWrittenCount();
        var header = new byte[DataFileFormat.StartOf(seal is not null)];
        DataFileFormat.WriteHeader(header, _options.Compression.Codec.Id, seal is not null, _files.LayerId, id);
        seal?.Salt.CopyTo(header.AsSpan(DataFileFormat.HeaderBytes));
        try
        {
            await file.WriteAsync(header, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await file.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        StoredBytes += header.Length;
        return file;
    }

    private async ValueTask FinishFileAsync(CancellationToken cancellationToken)
    {
        if (_file is not { } file)
            return;
        await _writing.ConfigureAwait(false);
        var end = MakeFooter(file);
        await file.WriteAsync(end, cancellationToken).ConfigureAwait(false);
        StoredBytes += end.Length;
        _finished.Add(file.Describe(_options.Compression.Codec.Name, _options.Locality));
        await _files.WaitForRoomAsync(cancellationToken).ConfigureAwait(false);
        _files.Complete(file.Name, file.Release(), cancellationToken);
        _file = null;
    }

    private byte[] MakeFooter(OpenFile file)
    {
        Span<byte> count = stackalloc byte[Varint.MaxBytes];
        var countLength = Varint.Write(count, (uint)file.Blocks);
        var length = countLength + _footer.WrittenCount;
        var trailer = length + (file.Seal is null ? 0 : ObjectSeal.TagBytes);
        var footer = new byte[trailer + DataFileFormat.TrailerBytes];
        count[..countLength].CopyTo(footer);
        _footer.WrittenSpan.CopyTo(footer.AsSpan(countLength));
        file.Seal?.Seal(ObjectSeal.Piece.Index, [], footer.AsSpan(0, length), footer.AsSpan(length..trailer));
        DataFileFormat.WriteTrailer(footer.AsSpan(trailer), footer.AsSpan(0, trailer));
        return footer;
    }

    /// <summary>Rows that make a block: a part of the buffer.</summary>
    private struct Segment
    {
        public int Start;
        public int End;
        public int Rows;
        public int FirstKey;
        public int FirstKeyLength;
        public int LastKey;
        public int LastKeyLength;
        public HlcTimestamp Timestamp;
    }

    /// <summary>A file in the making.</summary>
    private sealed class OpenFile(string name, long id, IObjectWriter writer, ObjectSeal? seal) : IAsyncDisposable
    {
        private readonly IncrementalHash _sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private long _rows;
        private long _rawBytes;
        private byte[]? _firstKey;
        private byte[] _lastKey = [];
        private bool _released;

        public string Name => name;

        /// <summary>Seals its blocks; null for none.</summary>
        public ObjectSeal? Seal => seal;

        public long Length { get; private set; }

        public int Blocks { get; private set; }

        public void Count(int rows, int rawBytes, byte[] first, byte[] last)
        {
            Blocks++;
            _rows += rows;
            _rawBytes += rawBytes;
            _firstKey ??= first;
            _lastKey = last;
        }

        public ValueTask WriteAsync(ReadOnlyMemory<byte> part, CancellationToken cancellationToken)
        {
            _sha.AppendData(part.Span);
            Length += part.Length;
            return writer.WritePartAsync(part, cancellationToken);
        }

        public DataFileEntry Describe(string codec, string? locality) =>
            new()
            {
                Name = name,
                Id = id,
                Length = Length,
                Sha256 = Convert.ToHexStringLower(_sha.GetCurrentHash()),
                Rows = _rows,
                RawBytes = _rawBytes,
                FirstKey = _firstKey,
                LastKey = _lastKey,
                Codec = codec,
                Locality = locality,
            };

        /// <summary>Hands the store's writer to whoever completes it.</summary>
        public IObjectWriter Release()
        {
            _released = true;
            _sha.Dispose();
            return writer;
        }

        public async ValueTask DisposeAsync()
        {
            if (_released)
                return;
            _sha.Dispose();
            await writer.DisposeAsync().ConfigureAwait(false);
        }
    }
}
