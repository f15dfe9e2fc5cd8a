namespace Backup.Sql.Storage;

/// <summary>The bytes of an object in memory, in the parts in which they came: one array would end at 2 GiB.</summary>
internal sealed class MemoryContent
{
    private readonly List<byte[]> _parts = [];
    private readonly List<long> _ends = [];

    public long Length => _ends.Count == 0 ? 0 : _ends[^1];

    public void Append(ReadOnlyMemory<byte> part)
    {
        if (part.IsEmpty)
            return;
        _ends.Add(Length + part.Length);
        _parts.Add(part.ToArray());
    }

    /// <summary>Copies a range that lies within the object.</summary>
    public void CopyTo(long offset, Span<byte> buffer)
    {
        if (buffer.IsEmpty)
            return;

        // The first part that ends after the offset holds its first byte.
        var found = _ends.BinarySearch(offset);
        var part = found < 0 ? ~found : found + 1;
        while (true)
        {
            var start = _ends[part] - _parts[part].Length;
            var piece = _parts[part].AsSpan((int)(offset - start));
            var count = Math.Min(piece.Length, buffer.Length);
            piece[..count].CopyTo(buffer);
            buffer = buffer[count..];
            if (buffer.IsEmpty)
                return;
            offset += count;
            part++;
        }
    }
}
