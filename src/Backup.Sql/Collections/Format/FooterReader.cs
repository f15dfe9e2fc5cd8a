using Backup.Sql.Diagnostics;

namespace Backup.Sql.Collections.Format;

/// <summary>Reads the numbers and keys of a footer and refuses what does not fit.</summary>
internal ref struct FooterReader
{
    private readonly string _path;
    private ReadOnlySpan<byte> _rest;

    public FooterReader(ReadOnlySpan<byte> footer, string path)
    {
        _rest = footer;
        _path = path;
    }

    public int ReadNumber(long max)
    {
        var length = Varint.Read(_rest, out var value);
        if (length == 0 || value > (ulong)Math.Min(max, int.MaxValue))
            throw Malformed();
        _rest = _rest[length..];
        return (int)value;
    }

    public byte[] ReadBytes()
    {
        var length = ReadNumber(_rest.Length);
        if (length > _rest.Length)
            throw Malformed();
        var bytes = _rest[..length].ToArray();
        _rest = _rest[length..];
        return bytes;
    }

    public readonly void RequireEnd()
    {
        if (!_rest.IsEmpty)
            throw Malformed();
    }

    private readonly BackupSqlException Malformed() => Errors.Corrupt(_path, "Its index cannot be read.");
}
