using System.Text;
using SQLitePCL;

namespace Backup.Sql.Sqlite.Interop;

/// <summary>
/// A prepared statement. Columns count from 0, parameters from 1. One thread at a time. Spans given out are valid until
/// the next <see cref="Step"/> or <see cref="Reset"/>.
/// </summary>
internal abstract class Statement : IDisposable
{
    private protected Statement(Connection connection, sqlite3_stmt handle)
    {
        Connection = connection;
        Handle = handle;
    }

    /// <summary>The number of result columns.</summary>
    public int ColumnCount => raw.sqlite3_column_count(Handle);

    private protected Connection Connection { get; }

    private protected sqlite3_stmt Handle { get; }

    /// <summary>Moves to the next row.</summary>
    /// <returns>False at the end.</returns>
    public abstract bool Step();

    /// <summary>Makes the statement ready to run again; parameters keep their values.</summary>
    public abstract void Reset();

    /// <summary>The storage class of a column: to be asked before the value is read.</summary>
    public abstract StorageClass Type(int column);

    /// <summary>An integer.</summary>
    public abstract long Integer(int column);

    /// <summary>A floating-point number.</summary>
    public abstract double Float(int column);

    /// <summary>The bytes of a text or blob as the database stores them: text in the database's encoding.</summary>
    public abstract ReadOnlySpan<byte> Bytes(int column);

    /// <summary>Text as UTF-8, zero bytes included.</summary>
    public abstract ReadOnlySpan<byte> Utf8(int column);

    /// <summary>Sets a parameter to NULL.</summary>
    public abstract void BindNull(int parameter);

    /// <summary>Sets a parameter to an integer.</summary>
    public abstract void BindInteger(int parameter, long value);

    /// <summary>Sets a parameter to a floating-point number.</summary>
    public abstract void BindFloat(int parameter, double value);

    /// <summary>
    /// Sets a parameter to text; the caller keeps the bytes pinned until the next <see cref="Reset"/>.
    /// </summary>
    public abstract void BindPinnedText(int parameter, ReadOnlySpan<byte> utf8);

    /// <summary>
    /// Sets a parameter to a blob; the caller keeps the bytes pinned until the next <see cref="Reset"/>.
    /// </summary>
    public abstract void BindPinnedBlob(int parameter, ReadOnlySpan<byte> value);

    /// <summary>Sets a parameter to text, which is copied.</summary>
    public void BindText(int parameter, string value) =>
        Connection.Check(raw.sqlite3_bind_text(Handle, parameter, value));

    /// <summary>Sets a parameter to text, which is copied.</summary>
    public void BindCopiedText(int parameter, ReadOnlySpan<byte> utf8) =>
        Connection.Check(raw.sqlite3_bind_text(Handle, parameter, utf8));

    /// <summary>Sets a parameter to a blob, which is copied.</summary>
    public void BindBlob(int parameter, ReadOnlySpan<byte> value) =>
        Connection.Check(raw.sqlite3_bind_blob(Handle, parameter, value));

    /// <summary>Text as a string; null for NULL.</summary>
    public string? TextOrNull(int column) => Type(column) == StorageClass.Null ? null : Text(column);

    /// <summary>Text as a string.</summary>
    public string Text(int column) => Encoding.UTF8.GetString(Utf8(column));

    /// <summary>The name of a result column.</summary>
    public string ColumnName(int column) => raw.sqlite3_column_name(Handle, column).utf8_to_string();

    /// <summary>Gives the statement back.</summary>
    public void Dispose() => Handle.Dispose();

    private protected bool Stepped(int code)
    {
        if (code == ResultCodes.Row)
            return true;
        if (code == ResultCodes.Done)
            return false;
        throw Connection.Failure(code);
    }
}
