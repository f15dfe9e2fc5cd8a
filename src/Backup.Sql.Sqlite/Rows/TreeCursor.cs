using System.Buffers;
using System.Buffers.Binary;
using Backup.Sql.Sqlite.Pages;

namespace Backup.Sql.Sqlite.Rows;

/// <summary>
/// Goes through the rows of a table's b-tree in the order of their rowids, straight from the pages: a record costs a
/// copy instead of a step of SQLite's machine and a call per column.
/// </summary>
internal sealed class TreeCursor : IDisposable
{
    private const int DeepestTree = 40;
    private readonly PageReader _reader;
    private readonly string _database;
    private readonly int _usableBytes;
    private readonly List<Level> _path = [];
    private readonly byte[] _leaf;
    private byte[] _overflow = [];
    private uint _leafNumber;
    private int _cell;
    private int _cells;
    private bool _started;

    private sealed class Level(byte[] buffer)
    {
        public byte[] Buffer { get; } = buffer;

        public uint Number { get; set; }

        public int Cell { get; set; }

        public TreePage Page => new(Number, Buffer);
    }

    /// <summary>Stands before the first row whose id is not less than the one given.</summary>
    /// <param name="reader">Reads the pages.</param>
    /// <param name="database">The database's name, for errors.</param>
    /// <param name="header">The database's header.</param>
    /// <param name="root">The page of the tree's root.</param>
    /// <param name="first">The least rowid wanted.</param>
    public TreeCursor(PageReader reader, string database, FileHeader header, uint root, long first)
    {
        _reader = reader;
        _database = database;
        _leaf = new byte[reader.Geometry.PageSize];
        _usableBytes = reader.Geometry.PageSize - header.ReservedBytes;
        Descend(root, 0, first);
        while (_cell < _cells && RowIdOf(_cell) < first)
            _cell++;
    }

    /// <summary>The row's id.</summary>
    public long RowId { get; private set; }

    /// <summary>Goes to the next row.</summary>
    /// <param name="record">Its record, valid until the next call.</param>
    /// <returns>False at the end.</returns>
    public bool MoveNext(out ReadOnlySpan<byte> record)
    {
        record = default;
        while (_cell == _cells)
        {
            if (!NextLeaf())
                return false;
        }

        var cell = new TreePage(_leafNumber, _leaf).Cell(_cell++);
        var start = TreePage.ReadVarint(cell, out var length);
        start += TreePage.ReadVarint(cell[start..], out var rowId);
        if (rowId <= RowId && _started)
            throw SqliteErrors.MalformedTree(_database, _leafNumber);
        _started = true;
        RowId = rowId;
        record = length <= _usableBytes - 35 ? cell.Slice(start, (int)length) : Overflowing(cell[start..], length);
        return true;
    }

    public void Dispose()
    {
        if (_overflow.Length > 0)
            ArrayPool<byte>.Shared.Return(_overflow);
        _overflow = [];
    }

    private long RowIdOf(int index)
    {
        var cell = new TreePage(_leafNumber, _leaf).Cell(index);
        TreePage.ReadVarint(cell[TreePage.ReadVarint(cell, out _)..], out var rowId);
        return rowId;
    }

    /// <summary>Goes down to the leaf that holds the first row not less than a rowid.</summary>
    private void Descend(uint number, int depth, long first)
    {
        for (; depth < DeepestTree; depth++)
        {
            if (!IsInterior(number, out var page))
            {
                _path.RemoveRange(depth, _path.Count - depth);
                return;
            }

            if (_path.Count == depth)
                _path.Add(new Level(new byte[_leaf.Length]));
            var level = _path[depth];
            _leaf.CopyTo(level.Buffer, 0);
            level.Number = number;
            level.Cell = 0;
            while (level.Cell < page.CellCount && page.LastRowId(level.Cell) < first)
                level.Cell++;
            number = page.Child(level.Cell);
        }

        throw SqliteErrors.MalformedTree(_database, number);
    }

    /// <summary>Reads a page, and stands before its first row when it is a leaf.</summary>
    /// <returns>True when it is an interior page.</returns>
    private bool IsInterior(uint number, out TreePage page)
    {
        page = _reader.ReadTreePage(number, _leaf, _database);
        if (!page.IsTable)
            throw SqliteErrors.MalformedTree(_database, number);
        if (page.IsLeaf)
            (_leafNumber, _cell, _cells) = (number, 0, page.CellCount);
        return !page.IsLeaf;
    }

    private bool NextLeaf()
    {
        for (var depth = _path.Count - 1; depth >= 0; depth--)
        {
            var level = _path[depth];
            if (level.Cell == level.Page.CellCount)
                continue;
            level.Cell++;
            var child = level.Page.Child(level.Cell);
            if (depth + 1 < _path.Count)
            {
                Descend(child, depth + 1, long.MinValue);
                return true;
            }

            if (IsInterior(child, out _))
                throw SqliteErrors.MalformedTree(_database, child);
            return true;
        }

        return false;
    }

    /// <summary>
    /// Puts a record together whose end lies on pages of its own, each of which begins with the number of the next
    /// (sqlite.org/fileformat2.html, section 1.6: "Cell payload overflow pages").
    /// </summary>
    private ReadOnlySpan<byte> Overflowing(ReadOnlySpan<byte> cell, long length)
    {
        if (length > Array.MaxLength || length > _reader.Geometry.Bytes)
            throw SqliteErrors.MalformedTree(_database, _leafNumber);
        var least = ((_usableBytes - 12) * 32 / 255) - 23;
        var local = least + (int)((length - least) % (_usableBytes - 4));
        if (local > _usableBytes - 35)
            local = least;
        Grow((int)length);
        cell[..local].CopyTo(_overflow);
        var next = BinaryPrimitives.ReadUInt32BigEndian(cell[local..]);
        var page = ArrayPool<byte>.Shared.Rent(_leaf.Length);
        for (var written = local; written < length;)
        {
            if (next == 0 || next > _reader.Geometry.PageCount)
                throw SqliteErrors.MalformedTree(_database, _leafNumber);
            _reader.Read(next, page.AsSpan(0, _leaf.Length));
            var part = (int)Math.Min(length - written, _usableBytes - 4);
            page.AsSpan(4, part).CopyTo(_overflow.AsSpan(written));
            written += part;
            next = BinaryPrimitives.ReadUInt32BigEndian(page);
        }

        ArrayPool<byte>.Shared.Return(page);
        return _overflow.AsSpan(0, (int)length);
    }

    private void Grow(int length)
    {
        if (_overflow.Length >= length)
            return;
        Dispose();
        _overflow = ArrayPool<byte>.Shared.Rent(length);
    }
}
