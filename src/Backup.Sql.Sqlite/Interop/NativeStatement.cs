using SQLitePCL;

namespace Backup.Sql.Sqlite.Interop;

/// <summary>A statement that calls the library itself.</summary>
internal sealed unsafe class NativeStatement : Statement
{
    private readonly nint _statement;

    public NativeStatement(Connection connection, sqlite3_stmt handle)
        : base(connection, handle)
    {
        _statement = handle.DangerousGetHandle();
    }

    public override bool Step() => Stepped(NativeApi.Step(_statement));

    // The code repeats the failure of the last step, which was reported there.
    public override void Reset() => _ = NativeApi.Reset(_statement);

    public override StorageClass Type(int column) => (StorageClass)NativeApi.ColumnType(_statement, column);

    public override long Integer(int column) => NativeApi.ColumnInteger(_statement, column);

    public override double Float(int column) => NativeApi.ColumnFloat(_statement, column);

    public override ReadOnlySpan<byte> Bytes(int column)
    {
        // In this order: the length is that of the representation asked for last.
        var start = NativeApi.ColumnBlob(_statement, column);
        return new ReadOnlySpan<byte>(start, NativeApi.ColumnBytes(_statement, column));
    }

    public override ReadOnlySpan<byte> Utf8(int column)
    {
        var start = NativeApi.ColumnText(_statement, column);
        return new ReadOnlySpan<byte>(start, NativeApi.ColumnBytes(_statement, column));
    }

    public override void BindNull(int parameter) => Connection.Check(NativeApi.BindNull(_statement, parameter));

    public override void BindInteger(int parameter, long value) =>
        Connection.Check(NativeApi.BindInteger(_statement, parameter, value));

    public override void BindFloat(int parameter, double value) =>
        Connection.Check(NativeApi.BindFloat(_statement, parameter, value));

    public override void BindPinnedText(int parameter, ReadOnlySpan<byte> utf8)
    {
        // A null pointer would bind NULL, so that even an empty text needs an address.
        byte none = 0;
        fixed (byte* start = utf8)
        {
            var address = start is null ? &none : start;
            Connection.Check(NativeApi.BindText(_statement, parameter, address, utf8.Length, Lifetime(utf8)));
        }
    }

    public override void BindPinnedBlob(int parameter, ReadOnlySpan<byte> value)
    {
        byte none = 0;
        fixed (byte* start = value)
        {
            var address = start is null ? &none : start;
            Connection.Check(NativeApi.BindBlob(_statement, parameter, address, value.Length, Lifetime(value)));
        }
    }

    /// <summary>
    /// 0: SQLite uses the bytes where they lie; -1: it copies them, which costs nothing when there are none.
    /// </summary>
    private static nint Lifetime(ReadOnlySpan<byte> value) => value.IsEmpty ? -1 : 0;
}
