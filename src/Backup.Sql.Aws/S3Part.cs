using System.Buffers;
using System.Runtime.InteropServices;

namespace Backup.Sql.Aws;

/// <summary>A part of an object on its way: its bytes in a pooled buffer.</summary>
internal sealed class S3Part(int number, int size)
{
    private byte[]? _buffer = ArrayPool<byte>.Shared.Rent(size);

    public int Number => number;

    public int Size => size;

    public int Length { get; private set; }

    public int Free => size - Length;

    /// <summary>Its upload: running, done or failed; null before.</summary>
    public Task<Amazon.S3.Model.PartETag>? Upload { get; set; }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_buffer.AsSpan(Length));
        Length += bytes.Length;
    }

    public MemoryStream Open() => new(_buffer!, 0, Length, writable: false);

    /// <summary>Gives the buffer back; not while an upload runs.</summary>
    public void Return()
    {
        if (_buffer is { } buffer)
            ArrayPool<byte>.Shared.Return(buffer);
        _buffer = null;
    }

    /// <summary>A stream over memory; a copy only where the memory is no array.</summary>
    public static MemoryStream StreamOf(ReadOnlyMemory<byte> content) =>
        MemoryMarshal.TryGetArray(content, out var array)
            ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
            : new MemoryStream(content.ToArray(), writable: false);
}
