using System.Buffers;
using System.Globalization;

namespace Backup.Sql.Postgres.Rows;

/// <summary>A growing run of bytes over the shared pool, with what the text format of COPY needs.</summary>
internal sealed class CopyText : IDisposable
{
    private const int LongestNumber = 64;
    private static readonly SearchValues<byte> Special = SearchValues.Create("\\\n\r\t\0"u8);
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(64 << 10);

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, Length);

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void Clear() => Length = 0;

    public void Append(byte value)
    {
        if (Length == _bytes.Length)
            Grow(1);
        _bytes[Length++] = value;
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        Length += bytes.Length;
    }

    public void Append(long number)
    {
        number.TryFormat(Room(LongestNumber), out var length, default, CultureInfo.InvariantCulture);
        Length += length;
    }

    /// <summary>The shortest text that reads back as the same number.</summary>
    public void Append(double number)
    {
        number.TryFormat(Room(LongestNumber), out var length, "R", CultureInfo.InvariantCulture);
        Length += length;
    }

    public void Append(Guid value)
    {
        value.TryFormat(Room(LongestNumber), out var length);
        Length += length;
    }

    /// <summary>Two digits for each byte.</summary>
    public void AppendHex(ReadOnlySpan<byte> bytes)
    {
        Convert.TryToHexStringLower(bytes, Room(checked(2 * bytes.Length)), out var length);
        Length += length;
    }

    /// <summary>A text with its special characters escaped.</summary>
    /// <returns>False when it holds a NUL, which no text of the server can.</returns>
    public bool TryAppendEscaped(ReadOnlySpan<byte> text)
    {
        while (true)
        {
            var next = text.IndexOfAny(Special);
            if (next < 0)
            {
                Append(text);
                return true;
            }

            Append(text[..next]);
            if (text[next] == 0)
                return false;
            Append((byte)'\\');
            Append(text[next] switch
            {
                (byte)'\n' => (byte)'n',
                (byte)'\r' => (byte)'r',
                (byte)'\t' => (byte)'t',
                var other => other,
            });
            text = text[(next + 1)..];
        }
    }

    /// <summary>Room behind what was written; what is put there counts from <see cref="Advance"/> on.</summary>
    public Span<byte> Room(int count)
    {
        if (_bytes.Length - Length < count)
            Grow(count);
        return _bytes.AsSpan(Length);
    }

    public void Advance(int count) => Length += count;

    public void Dispose()
    {
        if (_bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }

    private void Grow(int count)
    {
        var larger = ArrayPool<byte>.Shared.Rent(
            (int)Math.Clamp(2L * _bytes.Length, checked(Length + count), Array.MaxLength));
        Written.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
