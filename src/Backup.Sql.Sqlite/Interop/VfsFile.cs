using System.Runtime.CompilerServices;

namespace Backup.Sql.Sqlite.Interop;

/// <summary>
/// A file that a SQLite connection holds open, read through its own method table. The file is never opened a second
/// time: closing any descriptor of it would drop all locks that this process has on it, SQLite's among them.
/// The common build seeks before it reads, so that a file has one reader at a time; each reader has its own connection.
/// </summary>
internal readonly unsafe struct VfsFile
{
    private const int FilePointer = 7;
    private const int JournalPointer = 28;

    private readonly nint _file;

    private VfsFile(nint file) => _file = file;

    /// <summary>The database file of a connection.</summary>
    public static VfsFile OfDatabase(Connection connection) => Get(connection, FilePointer);

    /// <summary>The write-ahead log of a connection that has read in WAL mode.</summary>
    public static VfsFile OfLog(Connection connection) => Get(connection, JournalPointer);

    /// <summary>Reads bytes; what lies beyond the end of the file comes as zeros.</summary>
    /// <returns>SQLite's result code: 0, <see cref="ResultCodes.ShortRead"/>, or an error.</returns>
    public int Read(long offset, Span<byte> buffer)
    {
        // struct sqlite3_file { const sqlite3_io_methods *pMethods; };
        // struct sqlite3_io_methods { int iVersion; xClose; xRead(file, buffer, amount, offset); ... };
        var methods = Unsafe.Read<nint>((void*)_file);
        if (methods == 0)
            return ResultCodes.CannotOpen;
        var read = (delegate* unmanaged[Cdecl]<nint, byte*, int, long, int>)
            Unsafe.Read<nint>((void*)(methods + (2 * sizeof(nint))));
        fixed (byte* start = buffer)
            return read(_file, start, buffer.Length, offset);
    }

    private static VfsFile Get(Connection connection, int operation)
    {
        nint file = 0;
        fixed (byte* schema = "main\0"u8)
            connection.Check(NativeApi.FileControl(connection.Pointer, schema, operation, &file));
        return new VfsFile(file);
    }
}
