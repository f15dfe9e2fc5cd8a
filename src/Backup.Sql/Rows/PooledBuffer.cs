using System.Buffers;
using System.Runtime.CompilerServices;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Rows;

/// <summary>
/// A growing run of bytes over the shared pool: the row path writes into the same memory for every row. A struct, so
/// that its owner holds the array itself; never copy it.
/// </summary>
internal struct PooledBuffer(int capacity) : IDisposable
{
    private byte[] _bytes = capacity == 0 ? [] : ArrayPool<byte>.Shared.Rent(capacity);

    public int Length { get; private set; }

    public readonly Span<byte> Written => _bytes.AsSpan(0, Length);

    public void Reset(int length = 0)
    {
        Length = 0;
        Take(length);
    }

    /// <summary>
    /// Makes room without taking it: the bytes are behind <see cref="Written"/> until <see cref="Advance"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Reserve(int count)
    {
        if (count > _bytes.Length - Length)
            Grow(count);
        return _bytes.AsSpan(Length, count);
    }

    public void Advance(int count) => Length += count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Take(int count)
    {
        var room = Reserve(count);
        Length += count;
        return room;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append(byte value)
    {
        if (Length == _bytes.Length)
            Grow(1);
        _bytes[Length++] = value;
    }

    public void Append(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AppendVarint(ulong value)
    {
        if (value < 0x80)
            Append((byte)value);
        else
            Advance(Varint.Write(Reserve(Varint.MaxLength), value));
    }

    public void Dispose()
    {
        if (_bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        Length = 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow(int count)
    {
        var wanted = (long)Length + count;
        if (wanted > Array.MaxLength)
            throw Errors.RowTooLong(wanted);
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Clamp((long)_bytes.Length * 2, wanted, Array.MaxLength));
        Written.CopyTo(larger);
        if (_bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
