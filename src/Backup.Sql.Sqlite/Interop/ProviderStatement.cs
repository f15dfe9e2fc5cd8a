using System.Runtime.InteropServices;
using SQLitePCL;

namespace Backup.Sql.Sqlite.Interop;

/// <summary>A statement that goes through the provider, where its library cannot be called directly.</summary>
internal sealed class ProviderStatement(Connection connection, sqlite3_stmt handle) : Statement(connection, handle)
{
    public override bool Step() => Stepped(raw.sqlite3_step(Handle));

    // The code repeats the failure of the last step, which was reported there.
    public override void Reset() => _ = raw.sqlite3_reset(Handle);

    public override StorageClass Type(int column) => (StorageClass)raw.sqlite3_column_type(Handle, column);

    public override long Integer(int column) => raw.sqlite3_column_int64(Handle, column);

    public override double Float(int column) => raw.sqlite3_column_double(Handle, column);

    public override ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(Handle, column);

    public override ReadOnlySpan<byte> Utf8(int column)
    {
        // The provider ends its text at the first zero byte; the text itself may go on.
        var text = raw.sqlite3_column_text(Handle, column);
        var length = raw.sqlite3_column_bytes(Handle, column);
        return length == 0 ? [] : MemoryMarshal.CreateReadOnlySpan(in text.GetPinnableReference(), length);
    }

    public override void BindNull(int parameter) => Connection.Check(raw.sqlite3_bind_null(Handle, parameter));

    public override void BindInteger(int parameter, long value) =>
        Connection.Check(raw.sqlite3_bind_int64(Handle, parameter, value));

    public override void BindFloat(int parameter, double value) =>
        Connection.Check(raw.sqlite3_bind_double(Handle, parameter, value));

    public override void BindPinnedText(int parameter, ReadOnlySpan<byte> utf8)
    {
        // Of an empty span the provider hands on a null pointer, which would bind NULL.
        if (utf8.IsEmpty)
            BindText(parameter, string.Empty);
        else
            Connection.Check(raw.sqlite3_bind_text(Handle, parameter, utf8));
    }

    public override void BindPinnedBlob(int parameter, ReadOnlySpan<byte> value) =>
        Connection.Check(raw.sqlite3_bind_blob(Handle, parameter, value));
}
