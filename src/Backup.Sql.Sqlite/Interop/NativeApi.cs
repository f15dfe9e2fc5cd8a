using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace Backup.Sql.Sqlite.Interop;

/// <summary>
/// Functions of the very library that the host's provider uses, for two reasons: SQLitePCLRaw does not pass on
/// <c>sqlite3_file_control</c>, and its safe handles cost more per column than the column does. Where the library
/// cannot be reached (a provider that links it statically) <see cref="Instance"/> is null, and the engine copies
/// instead of reading in place and goes through the provider.
/// </summary>
/// <remarks>
/// These are imports and not function pointers because of what the compiler does before a call: for imports it clears
/// the upper halves of the vector registers. Without that, every floating-point instruction of SQLite that follows
/// vector code of ours costs some hundred nanoseconds. The short functions, which neither wait nor call back, leave out
/// the change of the thread's mode.
/// </remarks>
internal sealed unsafe partial class NativeApi
{
    private const string Library = "backupsql-sqlite3";

    private static readonly Lazy<NativeApi?> Loaded = new(TryLoad);

    private readonly bool _hasSystemError;
    private readonly bool _hasTestControl;

    private NativeApi(nint library)
    {
        _hasSystemError = NativeLibrary.TryGetExport(library, "sqlite3_system_errno", out _);
        _hasTestControl = NativeLibrary.TryGetExport(library, "sqlite3_test_control", out _);
        HasSnapshots = NativeLibrary.TryGetExport(library, "sqlite3_snapshot_get", out _)
            && NativeLibrary.TryGetExport(library, "sqlite3_snapshot_open", out _)
            && NativeLibrary.TryGetExport(library, "sqlite3_snapshot_free", out _);
    }

    /// <summary>Says that the functions can be called; null when the provider's library cannot be reached.</summary>
    public static NativeApi? Instance => Loaded.Value;

    /// <summary>True when the library was built with <c>SQLITE_ENABLE_SNAPSHOT</c>.</summary>
    public bool HasSnapshots { get; }

    [LibraryImport(Library, EntryPoint = "sqlite3_step")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int Step(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_reset")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int Reset(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_type")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)]), SuppressGCTransition]
    public static partial int ColumnType(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_int64")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)]), SuppressGCTransition]
    public static partial long ColumnInteger(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_double")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)]), SuppressGCTransition]
    public static partial double ColumnFloat(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_blob")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial byte* ColumnBlob(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_text")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial byte* ColumnText(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_bytes")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)]), SuppressGCTransition]
    public static partial int ColumnBytes(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_null")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)]), SuppressGCTransition]
    public static partial int BindNull(nint statement, int parameter);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_int64")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)]), SuppressGCTransition]
    public static partial int BindInteger(nint statement, int parameter, long value);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_double")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)]), SuppressGCTransition]
    public static partial int BindFloat(nint statement, int parameter, double value);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_text")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int BindText(nint statement, int parameter, byte* text, int length, nint lifetime);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_blob")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int BindBlob(nint statement, int parameter, byte* value, int length, nint lifetime);

    [LibraryImport(Library, EntryPoint = "sqlite3_file_control")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int FileControl(nint connection, byte* schema, int operation, void* argument);

    [LibraryImport(Library, EntryPoint = "sqlite3_snapshot_get")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int SnapshotGet(nint connection, byte* schema, nint* snapshot);

    [LibraryImport(Library, EntryPoint = "sqlite3_snapshot_open")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int SnapshotOpen(nint connection, byte* schema, nint snapshot);

    [LibraryImport(Library, EntryPoint = "sqlite3_snapshot_free")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void SnapshotFree(nint snapshot);

    /// <summary>
    /// Keeps a connection from mapping the files that it sorts an index in: they would count as resident memory, as
    /// much of it as the index is large. Reading them instead costs nothing that can be measured.
    /// </summary>
    /// <remarks>
    /// <c>SQLITE_TESTCTRL_SORTER_MMAP</c> is the one switch for it. The function takes variable arguments, which most
    /// platforms pass like fixed ones; Apple's 64-bit ARM does not, and there nothing is done.
    /// </remarks>
    public void SortWithoutMapping(nint connection)
    {
        const int sorterMap = 24;
        var passesAlike = !(OperatingSystem.IsMacOS() && RuntimeInformation.ProcessArchitecture == Architecture.Arm64);
        if (_hasTestControl && passesAlike)
            _ = TestControl(sorterMap, connection, 0);
    }

    /// <summary>The system's error number of the last failure of a connection's files; 0 if unknown.</summary>
    public int SystemError(nint connection) => _hasSystemError ? SystemErrorOf(connection) : 0;

    [LibraryImport(Library, EntryPoint = "sqlite3_system_errno")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial int SystemErrorOf(nint connection);

    [LibraryImport(Library, EntryPoint = "sqlite3_test_control")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial int TestControl(int operation, nint connection, int value);

    private static NativeApi? TryLoad()
    {
        if (!NativeLibrary.TryLoad(raw.GetNativeLibraryName(), typeof(raw).Assembly, null, out var library)
            || !IsProvidersLibrary(library))
        {
            return null;
        }

        NativeLibrary.SetDllImportResolver(
            typeof(NativeApi).Assembly, (name, _, _) => name == Library ? library : 0);
        return new NativeApi(library);
    }

    /// <summary>
    /// Two copies of SQLite in one process lose each other's locks, so a library of the same name is not enough: the
    /// version text, a constant of the library, must lie at the same address for both.
    /// </summary>
    private static bool IsProvidersLibrary(nint library)
    {
        if (!NativeLibrary.TryGetExport(library, "sqlite3_libversion", out var function))
            return false;
        var ours = ((delegate* unmanaged[Cdecl]<byte*>)function)();
        fixed (byte* theirs = raw.sqlite3_libversion())
            return ours == theirs;
    }
}
