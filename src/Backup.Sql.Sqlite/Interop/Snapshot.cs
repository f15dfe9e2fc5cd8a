using System.Buffers.Binary;

namespace Backup.Sql.Sqlite.Interop;

/// <summary>
/// A point in the history of a database in WAL mode, as <c>sqlite3_snapshot_get</c> gives it: the write-ahead log's
/// index header (sqlite.org/walformat.html, section 2.1). Other connections can join it while its own
/// read transaction is open.
/// </summary>
internal sealed unsafe class Snapshot : IDisposable
{
    private const int HeaderBytes = 48;
    private nint _handle;

    private Snapshot(nint handle)
    {
        _handle = handle;
        var header = new ReadOnlySpan<byte>((void*)handle, HeaderBytes);
        FrameCount = Native(header[16..]);
        PageCount = Native(header[20..]);
        Salts = BinaryPrimitives.ReadUInt64LittleEndian(header[32..]);
    }

    /// <summary>The last frame of the log that belongs to the snapshot; frames count from 1.</summary>
    public uint FrameCount { get; }

    /// <summary>The database's size in pages.</summary>
    public uint PageCount { get; }

    /// <summary>
    /// The two salts, as the log's header stores them at offset 16 and each frame's header at offset 8.
    /// </summary>
    public ulong Salts { get; }

    /// <summary>True when the library can give snapshots at all.</summary>
    public static bool IsSupportedBy(Connection connection) => connection.Native is { HasSnapshots: true };

    /// <summary>The snapshot of a connection's open read transaction.</summary>
    /// <returns>
    /// Null when the log holds no frame, so that everything is in the database file, or there is no log.
    /// </returns>
    public static Snapshot? TryGet(Connection connection)
    {
        if (connection.Native is not { HasSnapshots: true })
            return null;
        nint handle = 0;
        fixed (byte* schema = "main\0"u8)
        {
            var code = NativeApi.SnapshotGet(connection.Pointer, schema, &handle);
            if (code == ResultCodes.Error)
                return null;
            connection.Check(code);
        }

        return new Snapshot(handle);
    }

    /// <summary>Moves the transaction that was just begun on another connection to this point.</summary>
    /// <returns>False when the connection cannot join.</returns>
    public bool TryJoin(Connection connection)
    {
        fixed (byte* schema = "main\0"u8)
            return NativeApi.SnapshotOpen(connection.Pointer, schema, _handle) == ResultCodes.Ok;
    }

    public void Dispose()
    {
        if (_handle != 0)
            NativeApi.SnapshotFree(_handle);
        _handle = 0;
    }

    private static uint Native(ReadOnlySpan<byte> bytes) => BitConverter.ToUInt32(bytes);
}
