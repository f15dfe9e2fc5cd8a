using System.Buffers;
using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Rows;

namespace Backup.Sql.Collections.Format;

/// <summary>Walks through the rows of one decompressed block.</summary>
internal sealed class BlockRows : IDisposable
{
    private byte[] _buffer = [];
    private int _length;
    private int _at;
    private int _rowsLeft;
    private int _keyLength;
    private int _valueLength;


    /// <summary>Name of the object that the block came from.</summary>
    public string Path { get; private set; } = "";

    /// <summary>The buffer that holds the rows; another one after <see cref="Load"/>.</summary>
    public byte[] Buffer => _buffer;

    /// <summary>Where the current row's key stands; the value follows it without a gap.</summary>
    public int Offset { get; private set; }

    /// <summary>Bytes of the current row's key and value.</summary>
    public int Length => _keyLength + _valueLength;

    /// <summary>The current row's key.</summary>
    public ReadOnlySpan<byte> Key => _buffer.AsSpan(Offset, _keyLength);

    /// <summary>The current row's timestamp.</summary>
    public HlcTimestamp Timestamp { get; private set; }

    /// <summary>Whether the current row is a deletion.</summary>
    public bool IsDeletion { get; private set; }

    /// <summary>The current row.</summary>
    public RowVersion Row => IsDeletion
        ? RowVersion.Deletion(Key, Timestamp)
        : new RowVersion(Key, Timestamp, _buffer.AsSpan(Offset + _keyLength, _valueLength));

    /// <summary>Checks and decompresses a block; then stands before its first row.</summary>
    /// <param name="block">The block; its buffer is given back.</param>
    public void Load(StoredBlock block)
    {
        Path = block.File.File.Path;
        try
        {
            EnsureRoom(block.Entry);
            block.File.Decode(block.Buffer, block.Entry, _buffer);
        }
        finally
        {
            block.Release();
        }

        _length = block.Entry.RawLength;
        _rowsLeft = block.Entry.Rows;
        _at = 0;
        Timestamp = default;
    }

    /// <summary>Steps to the next row.</summary>
    /// <returns>False at the block's end.</returns>
    public bool MoveNext()
    {
        if (_rowsLeft == 0)
            return _at == _length ? false : throw Malformed();
        _rowsLeft--;
        var rest = _buffer.AsSpan(_at, _length - _at);
        var head = ReadNumber(ref rest);
        IsDeletion = (head & 1) != 0;
        if ((head & 2) != 0)
        {
            var wall = unchecked(Timestamp.WallTime + Varint.UnZigZag(ReadNumber(ref rest)));
            Timestamp = new HlcTimestamp(wall, (int)(uint)ReadNumber(ref rest));
        }

        var valueLength = IsDeletion ? 0 : ReadNumber(ref rest);
        var keyLength = head >> 2;
        if (keyLength > (ulong)rest.Length || valueLength > (ulong)rest.Length - keyLength)
            throw Malformed();
        _keyLength = (int)keyLength;
        _valueLength = (int)valueLength;
        Offset = _length - rest.Length;
        _at = Offset + Length;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _rowsLeft = 0;
        _length = 0;
        _at = 0;
    }

    private ulong ReadNumber(ref Span<byte> rest)
    {
        if (!rest.IsEmpty && rest[0] < 0x80)
        {
            var small = rest[0];
            rest = rest[1..];
            return small;
        }

        var length = Varint.Read(rest, out var value);
        if (length == 0)
            throw Malformed();
        rest = rest[length..];
        return value;
    }

    // A large block holds one row. Anything else was not written by us and is not worth the memory that it asks for.
    private void EnsureRoom(in BlockEntry block)
    {
        if (block.RawLength > DataFileFormat.BlockBytes + DataFileFormat.BlockHeaderBytes && block.Rows != 1)
            throw Errors.Corrupt(Path, $"The block at byte {block.Offset} is larger than a block may be.");
        if (_buffer.Length >= block.RawLength)
            return;
        Dispose();
        _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(block.RawLength, 4096));
    }

    private BackupSqlException Malformed() => Errors.Corrupt(Path, "A block's rows cannot be read.");
}
