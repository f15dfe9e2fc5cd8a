using SQLitePCL;

namespace Backup.Sql.Sqlite.Interop;

/// <summary>A statement that calls the library itself.</summary>
internal sealed unsafe class NativeStatement : Statement
{
    private readonly NativeApi _api;
    private readonly nint _statement;

    public NativeStatement(NativeApi api, Connection connection, sqlite3_stmt handle)
        : base(connection, handle)
    {
        _api = api;
        _statement = handle.DangerousGetHandle();
    }

    public override bool Step() => Stepped(_api.Step(_statement));

    // The code repeats the failure of the last step, which was reported there.
    public override void Reset() => _ = _api.Reset(_statement);

    public override StorageClass Type(int column) => (StorageClass)_api.ColumnType(_statement, column);

    public override long Integer(int column) => _api.ColumnInteger(_statement, column);

    public override double Float(int column) => _api.ColumnFloat(_statement, column);

    public override ReadOnlySpan<byte> Bytes(int column)
    {
        // In this order: the length is that of the representation asked for last.
        var start = _api.ColumnBlob(_statement, column);
        return new ReadOnlySpan<byte>(start, _api.ColumnBytes(_statement, column));
    }

    public override ReadOnlySpan<byte> Utf8(int column)
    {
        var start = _api.ColumnText(_statement, column);
        return new ReadOnlySpan<byte>(start, _api.ColumnBytes(_statement, column));
    }

    public override void BindNull(int parameter) => Connection.Check(_api.BindNull(_statement, parameter));

    public override void BindInteger(int parameter, long value) =>
        Connection.Check(_api.BindInteger(_statement, parameter, value));

    public override void BindFloat(int parameter, double value) =>
        Connection.Check(_api.BindFloat(_statement, parameter, value));

    public override void BindPinnedText(int parameter, ReadOnlySpan<byte> utf8)
    {
        // A null pointer would bind NULL, so that even an empty text needs an address.
        byte none = 0;
        fixed (byte* start = utf8)
        {
            var address = start is null ? &none : start;
            Connection.Check(_api.BindText(_statement, parameter, address, utf8.Length, Lifetime(utf8)));
        }
    }

    public override void BindPinnedBlob(int parameter, ReadOnlySpan<byte> value)
    {
        byte none = 0;
        fixed (byte* start = value)
        {
            var address = start is null ? &none : start;
            Connection.Check(_api.BindBlob(_statement, parameter, address, value.Length, Lifetime(value)));
        }
    }

    /// <summary>
    /// 0: SQLite uses the bytes where they lie; -1: it copies them, which costs nothing when there are none.
    /// </summary>
    private static nint Lifetime(ReadOnlySpan<byte> value) => value.IsEmpty ? -1 : 0;
}
