using Backup.Sql.Diagnostics;

namespace Backup.Sql.Collections.Format;

/// <summary>A data file's index: its footer, read and checked.</summary>
internal sealed class DataFileIndex
{
    private const int MinEntryBytes = 5;

    private DataFileIndex(BlockEntry[] blocks) => Blocks = blocks;

    /// <summary>The blocks in file order, which is the order of their keys.</summary>
    public BlockEntry[] Blocks { get; }

    /// <summary>Reads a footer.</summary>
    /// <param name="footer">The footer, its checksum checked, and opened.</param>
    /// <param name="start">Where the first block starts.</param>
    /// <param name="storedLength">Bytes of the footer as stored.</param>
    /// <param name="entry">What the manifest says of the file.</param>
    /// <param name="path">The file, for errors.</param>
    /// <returns>The index.</returns>
    public static DataFileIndex Parse(
        ReadOnlySpan<byte> footer, int start, int storedLength, DataFileEntry entry, string path)
    {
        var reader = new FooterReader(footer, path);
        var count = reader.ReadNumber(footer.Length / MinEntryBytes);
        var blocks = new BlockEntry[count];
        long offset = start;
        long rows = 0;
        long raw = 0;
        for (var i = 0; i < count; i++)
        {
            blocks[i] = new BlockEntry(
                i,
                offset,
                reader.ReadNumber(DataFileFormat.MaxStoredBytes),
                reader.ReadNumber(DataFileFormat.MaxBlockBytes),
                reader.ReadNumber(int.MaxValue),
                reader.ReadBytes(),
                reader.ReadBytes());
            offset += DataFileFormat.BlockHeaderBytes + (long)blocks[i].StoredLength;
            rows += blocks[i].Rows;
            raw += blocks[i].RawLength;
        }

        reader.RequireEnd();
        var end = offset + storedLength + DataFileFormat.TrailerBytes;
        return end == entry.Length && rows == entry.Rows && raw == entry.RawBytes
            ? new DataFileIndex(blocks)
            : throw Errors.Corrupt(path, "Its index does not agree with the manifest.");
    }

    /// <summary>Finds the blocks that may hold keys of a range.</summary>
    /// <param name="start">The range's first key.</param>
    /// <param name="end">The key after its last; empty for no bound.</param>
    /// <returns>Indexes of the first such block and of the one after the last.</returns>
    public (int First, int End) Find(ReadOnlySpan<byte> start, ReadOnlySpan<byte> end)
    {
        var first = 0;
        while (first < Blocks.Length && Blocks[first].LastKey.AsSpan().SequenceCompareTo(start) < 0)
            first++;
        var last = first;
        while (last < Blocks.Length && (end.IsEmpty || Blocks[last].FirstKey.AsSpan().SequenceCompareTo(end) < 0))
            last++;
        return (first, last);
    }
}
