using System.Runtime.InteropServices;
using SQLitePCL;

namespace Backup.Sql.Sqlite.Interop;

/// <summary>
/// Functions of the very library that the host's provider uses, for two reasons: SQLitePCLRaw does not pass on
/// <c>sqlite3_file_control</c>, and its safe handles cost more per column than the column does. Where the library
/// cannot be reached (a provider that links it statically) <see cref="Instance"/> is null, and the engine copies
/// instead of reading in place and goes through the provider.
/// </summary>
internal sealed unsafe class NativeApi
{
    private static readonly Lazy<NativeApi?> Loaded = new(TryLoad);

    private NativeApi(nint library)
    {
        Step = (delegate* unmanaged[Cdecl]<nint, int>)Export(library, "sqlite3_step");
        Reset = (delegate* unmanaged[Cdecl]<nint, int>)Export(library, "sqlite3_reset");
        ColumnType = (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, int, int>)
            Export(library, "sqlite3_column_type");
        ColumnInteger = (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, int, long>)
            Export(library, "sqlite3_column_int64");
        ColumnFloat = (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, int, double>)
            Export(library, "sqlite3_column_double");
        ColumnBlob = (delegate* unmanaged[Cdecl]<nint, int, byte*>)Export(library, "sqlite3_column_blob");
        ColumnText = (delegate* unmanaged[Cdecl]<nint, int, byte*>)Export(library, "sqlite3_column_text");
        ColumnBytes = (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, int, int>)
            Export(library, "sqlite3_column_bytes");
        BindNull = (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, int, int>)
            Export(library, "sqlite3_bind_null");
        BindInteger = (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, int, long, int>)
            Export(library, "sqlite3_bind_int64");
        BindFloat = (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, int, double, int>)
            Export(library, "sqlite3_bind_double");
        BindText = (delegate* unmanaged[Cdecl]<nint, int, byte*, int, nint, int>)Export(library, "sqlite3_bind_text");
        BindBlob = (delegate* unmanaged[Cdecl]<nint, int, byte*, int, nint, int>)Export(library, "sqlite3_bind_blob");
        FileControl = (delegate* unmanaged[Cdecl]<nint, byte*, int, void*, int>)
            Export(library, "sqlite3_file_control");
        if (NativeLibrary.TryGetExport(library, "sqlite3_snapshot_get", out var get)
            && NativeLibrary.TryGetExport(library, "sqlite3_snapshot_open", out var open)
            && NativeLibrary.TryGetExport(library, "sqlite3_snapshot_free", out var free))
        {
            SnapshotGet = (delegate* unmanaged[Cdecl]<nint, byte*, nint*, int>)get;
            SnapshotOpen = (delegate* unmanaged[Cdecl]<nint, byte*, nint, int>)open;
            SnapshotFree = (delegate* unmanaged[Cdecl]<nint, void>)free;
            HasSnapshots = true;
        }
    }

    /// <summary>The functions; null when the provider's library cannot be reached.</summary>
    public static NativeApi? Instance => Loaded.Value;

    /// <summary>True when the library was built with <c>SQLITE_ENABLE_SNAPSHOT</c>.</summary>
    public bool HasSnapshots { get; }

    public delegate* unmanaged[Cdecl]<nint, int> Step { get; }

    public delegate* unmanaged[Cdecl]<nint, int> Reset { get; }

    public delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, int, int> ColumnType { get; }

    public delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, int, long> ColumnInteger { get; }

    public delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, int, double> ColumnFloat { get; }

    public delegate* unmanaged[Cdecl]<nint, int, byte*> ColumnBlob { get; }

    public delegate* unmanaged[Cdecl]<nint, int, byte*> ColumnText { get; }

    public delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, int, int> ColumnBytes { get; }

    public delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, int, int> BindNull { get; }

    public delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, int, long, int> BindInteger { get; }

    public delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, int, double, int> BindFloat { get; }

    public delegate* unmanaged[Cdecl]<nint, int, byte*, int, nint, int> BindText { get; }

    public delegate* unmanaged[Cdecl]<nint, int, byte*, int, nint, int> BindBlob { get; }

    public delegate* unmanaged[Cdecl]<nint, byte*, int, void*, int> FileControl { get; }

    public delegate* unmanaged[Cdecl]<nint, byte*, nint*, int> SnapshotGet { get; }

    public delegate* unmanaged[Cdecl]<nint, byte*, nint, int> SnapshotOpen { get; }

    public delegate* unmanaged[Cdecl]<nint, void> SnapshotFree { get; }

    private static NativeApi? TryLoad()
    {
        if (!NativeLibrary.TryLoad(raw.GetNativeLibraryName(), typeof(raw).Assembly, null, out var library))
            return null;
        try
        {
            return IsProvidersLibrary(library) ? new NativeApi(library) : null;
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
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

    private static nint Export(nint library, string name) => NativeLibrary.GetExport(library, name);
}
