using System.Collections.Concurrent;
using Backup.Sql.Collections.Interop;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Collections.Compression;

/// <summary>
/// Zstandard by the system's libzstd. Contexts are costly to make, so they are kept and handed out again.
/// </summary>
internal sealed class ZstdCodec : ICompressionCodec
{
    private readonly ConcurrentBag<ZstdCompressionHandle> _compressors = [];
    private readonly ConcurrentBag<ZstdDecompressionHandle> _decompressors = [];

    public static bool IsAvailable => LibZstd.IsAvailable;

    public string Name => "zstd";

    public byte Id => 1;

    public int MinLevel => 1;

    public int MaxLevel => 19;

    public int DefaultLevel => 1;

    public int GetMaxCompressedLength(int length) => checked((int)LibZstd.CompressBound((nuint)length));

    public int Compress(ReadOnlySpan<byte> source, Span<byte> destination, int level)
    {
        if (!_compressors.TryTake(out var context))
            context = ZstdCompressionHandle.Create();
        var written = LibZstd.Compress(
            context, destination, (nuint)destination.Length, source, (nuint)source.Length, level);
        _compressors.Add(context);
        return LibZstd.IsError(written) != 0 ? throw Errors.CompressionFailed(Name) : (int)written;
    }

    public bool TryDecompress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        if (!_decompressors.TryTake(out var context))
            context = ZstdDecompressionHandle.Create();
        var written = LibZstd.Decompress(
            context, destination, (nuint)destination.Length, source, (nuint)source.Length);
        _decompressors.Add(context);
        return LibZstd.IsError(written) == 0 && written == (nuint)destination.Length;
    }
}
