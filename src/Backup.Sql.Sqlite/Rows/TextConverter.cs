using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Unicode;

namespace Backup.Sql.Sqlite.Rows;

/// <summary>
/// Turns the texts of a UTF-16 database into UTF-8. SQLite does so too, but repairs what is malformed on the way; here
/// it shows. The memory is pooled and kept.
/// </summary>
internal sealed class TextConverter(string encoding) : IDisposable
{
    private const string BigEndian = "UTF-16be";
    private readonly bool _bigEndian = encoding == BigEndian;
    private byte[] _utf8 = ArrayPool<byte>.Shared.Rent(1024);
    private ushort[] _swapped = ArrayPool<ushort>.Shared.Rent(512);

    /// <summary>The engine-specific type name under which a text travels that is no UTF-16.</summary>
    public ReadOnlySpan<byte> RawTypeName => RawTypeNameOf(encoding);

    /// <summary>The type name for malformed texts of a database.</summary>
    /// <param name="encoding">What <c>PRAGMA encoding</c> says.</param>
    public static ReadOnlySpan<byte> RawTypeNameOf(string encoding) =>
        encoding == BigEndian ? "sqlite.utf16be"u8 : "sqlite.utf16le"u8;

    /// <summary>Converts a text.</summary>
    /// <param name="stored">The text as the database stores it.</param>
    /// <param name="utf8">The text in UTF-8, valid until the next call.</param>
    /// <returns>False when the bytes are no UTF-16.</returns>
    public bool TryConvert(ReadOnlySpan<byte> stored, out ReadOnlySpan<byte> utf8)
    {
        utf8 = default;
        if (stored.Length % 2 != 0)
            return false;
        var units = MemoryMarshal.Cast<byte, ushort>(stored);
        if (_bigEndian == BitConverter.IsLittleEndian)
            units = Swap(units);
        Grow(ref _utf8, units.Length * 3);
        var status = Utf8.FromUtf16(
            MemoryMarshal.Cast<ushort, char>(units), _utf8, out _, out var written, replaceInvalidSequences: false);
        utf8 = _utf8.AsSpan(0, written);
        return status == OperationStatus.Done;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_utf8);
        ArrayPool<ushort>.Shared.Return(_swapped);
        _utf8 = [];
        _swapped = [];
    }

    private ReadOnlySpan<ushort> Swap(ReadOnlySpan<ushort> units)
    {
        Grow(ref _swapped, units.Length);
        BinaryPrimitives.ReverseEndianness(units, _swapped);
        return _swapped.AsSpan(0, units.Length);
    }

    private static void Grow<T>(ref T[] buffer, int length)
    {
        if (buffer.Length >= length)
            return;
        ArrayPool<T>.Shared.Return(buffer);
        buffer = ArrayPool<T>.Shared.Rent(length);
    }
}
