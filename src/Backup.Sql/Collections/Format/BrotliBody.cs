using System.Buffers;
using System.IO.Compression;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Collections.Format;

/// <summary>Compresses the JSON inside manifests and checkpoints.</summary>
internal static class BrotliBody
{
    private const int Quality = 4;
    private const int WindowBits = 22;

    public static byte[] Compress(byte[] raw)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BrotliEncoder.GetMaxCompressedLength(raw.Length));
        try
        {
            return BrotliEncoder.TryCompress(raw, buffer, out var written, Quality, WindowBits)
                ? buffer[..written]
                : throw Errors.CompressionFailed("brotli");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>
    /// Decompresses. The buffer grows with what really comes out, so that a forged length costs nothing.
    /// </summary>
    public static byte[] Decompress(ReadOnlySpan<byte> body, int rawLength, string path)
    {
        using var decoder = new BrotliDecoder();
        var raw = new byte[Math.Min(rawLength, Math.Max(4096, body.Length * 4L))];
        var written = 0;
        while (true)
        {
            var status = decoder.Decompress(body, raw.AsSpan(written), out var consumed, out var produced);
            body = body[consumed..];
            written += produced;
            if (status == OperationStatus.Done && written == rawLength && body.IsEmpty)
                return raw.Length == written ? raw : raw[..written];
            if (status != OperationStatus.DestinationTooSmall || written == rawLength)
                throw Errors.Corrupt(path, "Its body does not decompress.");
            if (written == raw.Length)
                Array.Resize(ref raw, (int)Math.Min(rawLength, raw.Length * 2L));
        }
    }
}
