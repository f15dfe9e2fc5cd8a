using System.Buffers.Binary;

namespace Backup.Sql.Sqlite.Pages;

/// <summary>A page of a b-tree (sqlite.org/fileformat2.html, section 1.6).</summary>
internal readonly ref struct TreePage
{
    private const byte InteriorIndex = 0x02;
    private const byte InteriorTable = 0x05;
    private const byte LeafIndex = 0x0a;
    private const byte LeafTable = 0x0d;
    private const int FileHeaderBytes = 100;
    private const int InteriorHeaderBytes = 12;
    private const int LeafHeaderBytes = 8;
    private readonly ReadOnlySpan<byte> _page;
    private readonly int _header;

    /// <summary>Takes a page.</summary>
    /// <param name="number">Its number: the first page begins with the file's header.</param>
    /// <param name="page">Its bytes.</param>
    public TreePage(uint number, ReadOnlySpan<byte> page)
    {
        _page = page;
        _header = number == 1 ? FileHeaderBytes : 0;
    }

    public bool IsTreePage => Kind is InteriorIndex or InteriorTable or LeafIndex or LeafTable;

    public bool IsLeaf => Kind is LeafIndex or LeafTable;

    public bool IsTable => Kind is InteriorTable or LeafTable;

    public int CellCount => BinaryPrimitives.ReadUInt16BigEndian(_page[(_header + 3)..]);

    private byte Kind => _page[_header];

    /// <summary>A child page; the one behind the last cell stands in the header.</summary>
    public uint Child(int cell) => BinaryPrimitives.ReadUInt32BigEndian(
        cell == CellCount ? _page[(_header + 8)..] : Cell(cell));

    /// <summary>Of a cell of a table's interior page: the greatest rowid of its child.</summary>
    public long LastRowId(int cell)
    {
        ReadVarint(Cell(cell)[sizeof(uint)..], out var rowId);
        return rowId;
    }

    /// <summary>A cell and what follows it in the page.</summary>
    public ReadOnlySpan<byte> Cell(int cell)
    {
        var pointers = _page[(_header + (IsLeaf ? LeafHeaderBytes : InteriorHeaderBytes))..];
        return _page[BinaryPrimitives.ReadUInt16BigEndian(pointers[(2 * cell)..])..];
    }

    /// <summary>Reads a varint of one to nine bytes.</summary>
    /// <returns>Its length.</returns>
    public static int ReadVarint(ReadOnlySpan<byte> bytes, out long value)
    {
        value = bytes[0];
        if (value < 0x80)
            return 1;
        value &= 0x7f;
        for (var i = 1; i < 8; i++)
        {
            value = (value << 7) | (uint)(bytes[i] & 0x7f);
            if (bytes[i] < 0x80)
                return i + 1;
        }

        value = (value << 8) | bytes[8];
        return 9;
    }
}
