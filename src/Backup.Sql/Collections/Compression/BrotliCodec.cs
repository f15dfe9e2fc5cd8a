using System.IO.Compression;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Collections.Compression;

/// <summary>Brotli from the base class library: what every machine can read and write.</summary>
internal sealed class BrotliCodec : ICompressionCodec
{
    // A window as large as a block: the encoder gains nothing from a larger one.
    private const int WindowBits = 20;

    public string Name => "brotli";

    public byte Id => 2;

    public int MinLevel => 1;

    public int MaxLevel => 11;

    public int DefaultLevel => 1;

    public int GetMaxCompressedLength(int length) => BrotliEncoder.GetMaxCompressedLength(length);

    public int Compress(ReadOnlySpan<byte> source, Span<byte> destination, int level) =>
        BrotliEncoder.TryCompress(source, destination, out var written, level, WindowBits)
            ? written
            : throw Errors.CompressionFailed(Name);

    public bool TryDecompress(ReadOnlySpan<byte> source, Span<byte> destination) =>
        BrotliDecoder.TryDecompress(source, destination, out var written) && written == destination.Length;
}
