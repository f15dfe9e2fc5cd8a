using System.Buffers.Binary;

namespace Backup.Sql.Sqlite.Pages;

/// <summary>
/// Measures a b-tree by its interior pages (sqlite.org/fileformat2.html, section 1.6), one page in some hundreds, which
/// spares reading the table and does without <c>dbstat</c>, which builds of SQLite may lack.
/// </summary>
internal sealed class TreeWalker
{
    private const byte InteriorIndex = 0x02;
    private const byte InteriorTable = 0x05;
    private const byte LeafIndex = 0x0a;
    private const byte LeafTable = 0x0d;
    private const int FileHeaderBytes = 100;
    private const int DeepestTree = 40;
    private const int SampledLeaves = 16;

    private readonly PageReader _reader;
    private readonly string _database;
    private readonly long _leavesPerPart;
    private readonly List<long> _bounds = [];
    private long _leaves;
    private long _sampledRows;
    private int _samples;
    private int _depth;

    private TreeWalker(PageReader reader, string database, long leavesPerPart)
    {
        _reader = reader;
        _database = database;
        _leavesPerPart = Math.Max(1, leavesPerPart);
    }

    /// <summary>Measures a tree.</summary>
    /// <param name="reader">Reads its pages.</param>
    /// <param name="database">The database's name, for errors.</param>
    /// <param name="root">The page of its root.</param>
    /// <param name="leavesPerPart">Leaf pages between two bounds.</param>
    public static TreeShape Measure(PageReader reader, string database, uint root, long leavesPerPart)
    {
        var walker = new TreeWalker(reader, database, leavesPerPart);
        var buffers = new List<byte[]>();
        walker._depth = walker.FindDepth(root, buffers);
        walker.Visit(root, 0, buffers);
        return new TreeShape(
            walker._leaves, (double)walker._sampledRows / Math.Max(1, walker._samples), walker._bounds);
    }

    /// <summary>All leaves lie equally deep: following the first child of each page tells how deep.</summary>
    private int FindDepth(uint root, List<byte[]> buffers)
    {
        var page = root;
        for (var depth = 0; depth < DeepestTree; depth++)
        {
            buffers.Add(new byte[_reader.Geometry.PageSize]);
            var header = ReadPage(page, buffers[depth]);
            if (IsLeaf(buffers[depth][header]))
                return depth;
            page = Child(buffers[depth], header, 0, page);
        }

        throw SqliteErrors.MalformedTree(_database, root);
    }

    private void Visit(uint page, int depth, List<byte[]> buffers)
    {
        if (depth == _depth)
        {
            VisitLeaf(page, buffers[depth]);
            return;
        }

        var buffer = buffers[depth];
        var header = ReadPage(page, buffer);
        if (IsLeaf(buffer[header]))
            throw SqliteErrors.MalformedTree(_database, page);
        var cells = CellCount(buffer, header);
        for (var cell = 0; cell <= cells; cell++)
        {
            Visit(Child(buffer, header, cell, page), depth + 1, buffers);
            if (cell < cells && buffer[header] == InteriorTable && _leaves >= (_bounds.Count + 1) * _leavesPerPart)
                _bounds.Add(LastRowId(buffer, header, cell, page));
        }
    }

    private void VisitLeaf(uint page, byte[] buffer)
    {
        _leaves++;
        // The 1st, 2nd, 4th, ... leaf: near the start and all over the tree.
        if (_samples >= SampledLeaves || !long.IsPow2(_leaves))
            return;
        var header = ReadPage(page, buffer);
        _samples++;
        _sampledRows += CellCount(buffer, header);
    }

    private int ReadPage(uint page, byte[] buffer)
    {
        if (page == 0 || page > _reader.Geometry.PageCount)
            throw SqliteErrors.MalformedTree(_database, page);
        _reader.Read(page, buffer);
        var header = page == 1 ? FileHeaderBytes : 0;
        if (buffer[header] is not (InteriorIndex or InteriorTable or LeafIndex or LeafTable))
            throw SqliteErrors.MalformedTree(_database, page);
        return header;
    }

    private static bool IsLeaf(byte kind) => kind is LeafIndex or LeafTable;

    private static int CellCount(byte[] buffer, int header) =>
        BinaryPrimitives.ReadUInt16BigEndian(buffer.AsSpan(header + 3));

    /// <summary>A child page; the one behind the last cell stands in the header.</summary>
    private uint Child(byte[] buffer, int header, int cell, uint page) =>
        cell == CellCount(buffer, header)
            ? BinaryPrimitives.ReadUInt32BigEndian(buffer.AsSpan(header + 8))
            : BinaryPrimitives.ReadUInt32BigEndian(buffer.AsSpan(Cell(buffer, header, cell, page)));

    private long LastRowId(byte[] buffer, int header, int cell, uint page)
    {
        var position = Cell(buffer, header, cell, page) + sizeof(uint);
        ulong value = 0;
        for (var i = 0; i < 8; i++)
        {
            var next = buffer[position + i];
            value = (value << 7) | (uint)(next & 0x7f);
            if (next < 0x80)
                return (long)value;
        }

        return (long)((value << 8) | buffer[position + 8]);
    }

    private int Cell(byte[] buffer, int header, int cell, uint page)
    {
        const int interiorHeaderBytes = 12;
        const int longestKey = sizeof(uint) + 9;
        var pointer = header + interiorHeaderBytes + (2 * cell);
        if (pointer + 2 > buffer.Length)
            throw SqliteErrors.MalformedTree(_database, page);
        int position = BinaryPrimitives.ReadUInt16BigEndian(buffer.AsSpan(pointer));
        return position + sizeof(uint) < buffer.Length && (position + longestKey <= buffer.Length || HasShortKey(buffer, position))
            ? position
            : throw SqliteErrors.MalformedTree(_database, page);
    }

    /// <summary>The last cell of a page may be shorter than the longest one: its key must end inside the page.</summary>
    private static bool HasShortKey(byte[] buffer, int position) =>
        buffer.AsSpan(position + sizeof(uint)).IndexOfAnyInRange((byte)0, (byte)0x7f) >= 0;
}
