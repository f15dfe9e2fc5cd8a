using System.Buffers.Binary;
using System.Text;

namespace Backup.Sql.Postgres.Changes;

/// <summary>
/// Reads the parts of a message of <c>pgoutput</c>, version 1
/// (postgresql.org/docs/current/protocol-logicalrep-message-formats.html).
/// </summary>
internal ref struct MessageReader(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> _rest = message;

    /// <summary>True behind the last byte.</summary>
    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>How many bytes are left.</summary>
    public readonly int Left => _rest.Length;

    public byte ReadByte()
    {
        var value = _rest[0];
        _rest = _rest[1..];
        return value;
    }

    public short ReadInt16()
    {
        var value = BinaryPrimitives.ReadInt16BigEndian(_rest);
        _rest = _rest[sizeof(short)..];
        return value;
    }

    public uint ReadUInt32()
    {
        var value = BinaryPrimitives.ReadUInt32BigEndian(_rest);
        _rest = _rest[sizeof(uint)..];
        return value;
    }

    public ulong ReadUInt64()
    {
        var value = BinaryPrimitives.ReadUInt64BigEndian(_rest);
        _rest = _rest[sizeof(ulong)..];
        return value;
    }

    public ReadOnlySpan<byte> ReadBytes(int count)
    {
        var bytes = _rest[..count];
        _rest = _rest[count..];
        return bytes;
    }

    /// <summary>A text that ends with a zero byte.</summary>
    public string ReadText()
    {
        var length = _rest.IndexOf((byte)0);
        var text = Encoding.UTF8.GetString(_rest[..length]);
        _rest = _rest[(length + 1)..];
        return text;
    }

    /// <summary>The tuple that comes next, as bytes.</summary>
    public ReadOnlySpan<byte> ReadTuple()
    {
        var whole = _rest;
        for (var left = ReadInt16(); left > 0; left--)
            ReadField(out _);
        return whole[..^_rest.Length];
    }

    /// <summary>Finds a field of a tuple.</summary>
    /// <param name="tuple">The tuple.</param>
    /// <param name="place">Which field, from 0.</param>
    /// <param name="field">Its binary form.</param>
    /// <returns>False when it is not there, is NULL, or did not change and was therefore left out.</returns>
    public static bool TryFindField(ReadOnlySpan<byte> tuple, int place, out ReadOnlySpan<byte> field)
    {
        var reader = new MessageReader(tuple);
        field = default;
        var fields = reader.ReadInt16();
        for (var i = 0; i < fields; i++)
        {
            var form = reader.ReadField(out field);
            if (i == place)
                return form == FieldKind.Binary;
        }

        return false;
    }

    /// <summary>Reads a field of a tuple.</summary>
    public FieldKind ReadField(out ReadOnlySpan<byte> field)
    {
        var kind = (FieldKind)ReadByte();
        field = kind is FieldKind.Binary or FieldKind.Text ? ReadBytes((int)ReadUInt32()) : default;
        return kind;
    }
}
