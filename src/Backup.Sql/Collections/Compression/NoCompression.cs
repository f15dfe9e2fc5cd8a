namespace Backup.Sql.Collections.Compression;

/// <summary>Stores blocks as they are.</summary>
internal sealed class NoCompression : ICompressionCodec
{
    public string Name => "none";

    public byte Id => 0;

    public int MinLevel => 0;

    public int MaxLevel => 0;

    public int DefaultLevel => 0;

    public int GetMaxCompressedLength(int length) => length;

    public int Compress(ReadOnlySpan<byte> source, Span<byte> destination, int level)
    {
        source.CopyTo(destination);
        return source.Length;
    }

    public bool TryDecompress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        if (source.Length != destination.Length)
            return false;
        source.CopyTo(destination);
        return true;
    }
}
