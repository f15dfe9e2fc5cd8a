using System.Buffers.Binary;
using Backup.Sql.Sqlite.Interop;

namespace Backup.Sql.Sqlite.Pages;

/// <summary>
/// The newest frame of each page in the write-ahead log up to a snapshot's end mark (sqlite.org/fileformat2.html,
/// section 4): eight bytes per changed page, sorted, shared by all readers of the snapshot.
/// </summary>
/// <remarks>
/// When every frame was already copied into the database file, SQLite gives the reader a lock that keeps the
/// file as it is but lets a writer start the log anew. The log's header then gets new salts before any frame is
/// overwritten, so that salts that still agree <em>after</em> a read prove what was read; and when they do not, the
/// database file alone holds the snapshot.
/// </remarks>
internal sealed class LogFrames
{
    private const int LogHeaderBytes = 32;
    private const int LogSaltsOffset = 16;
    private const int FrameHeaderBytes = 24;
    private const int FrameSaltsOffset = 8;
    private readonly ulong[] _framesByPage;
    private readonly ulong _salts;
    private readonly int _pageSize;
    private volatile bool _restarted;

    private LogFrames(ulong[] framesByPage, ulong salts, int pageSize)
    {
        _framesByPage = framesByPage;
        _salts = salts;
        _pageSize = pageSize;
    }

    /// <summary>No log: everything lies in the database file.</summary>
    public static LogFrames None { get; } = new([], 0, 0);

    /// <summary>How many pages are read from the log.</summary>
    public int Count => _framesByPage.Length;

    /// <summary>Goes through the frame headers of a snapshot.</summary>
    public static LogFrames Scan(VfsFile log, Snapshot snapshot, int pageSize, string database)
    {
        if (!HasSalts(log, snapshot.Salts, database))
            return None;
        var all = new ulong[snapshot.FrameCount];
        Span<byte> header = stackalloc byte[FrameHeaderBytes];
        for (uint frame = 1; frame <= snapshot.FrameCount; frame++)
        {
            ReadLog(log, FrameOffset(frame, pageSize), header, database);
            if (BinaryPrimitives.ReadUInt64LittleEndian(header[FrameSaltsOffset..]) != snapshot.Salts)
                return None;
            all[frame - 1] = ((ulong)BinaryPrimitives.ReadUInt32BigEndian(header) << 32) | frame;
        }

        return new LogFrames(NewestOfEach(all), snapshot.Salts, pageSize);
    }

    /// <summary>
    /// Puts the pages of a range that the log holds over those that were read from the database file.
    /// </summary>
    /// <returns>False when the log was started anew: the database file alone is to be read.</returns>
    public bool TryOverlay(VfsFile log, uint first, Span<byte> pages, string database)
    {
        if (_restarted)
            return false;
        var end = first + (uint)(pages.Length / _pageSize);
        var index = Array.BinarySearch(_framesByPage, (ulong)first << 32);
        index = index < 0 ? ~index : index;
        var any = false;
        for (; index < _framesByPage.Length && PageOf(index) < end; index++)
        {
            var frame = (uint)_framesByPage[index];
            var page = pages.Slice((int)(PageOf(index) - first) * _pageSize, _pageSize);
            ReadLog(log, FrameOffset(frame, _pageSize) + FrameHeaderBytes, page, database);
            any = true;
        }

        if (any && !HasSalts(log, _salts, database))
            _restarted = true;
        return !_restarted;
    }

    /// <summary>True when the database file alone is to be read.</summary>
    public bool IsEmpty => _restarted || _framesByPage.Length == 0;

    private uint PageOf(int index) => (uint)(_framesByPage[index] >> 32);

    private static ulong[] NewestOfEach(ulong[] all)
    {
        // Page in the upper, frame in the lower half: sorted, the newest frame of a page is its last one.
        Array.Sort(all);
        var count = 0;
        for (var i = 0; i < all.Length; i++)
        {
            if (i + 1 == all.Length || all[i] >> 32 != all[i + 1] >> 32)
                all[count++] = all[i];
        }

        Array.Resize(ref all, count);
        return all;
    }

    private static bool HasSalts(VfsFile log, ulong salts, string database)
    {
        Span<byte> header = stackalloc byte[LogHeaderBytes];
        ReadLog(log, 0, header, database);
        return BinaryPrimitives.ReadUInt64LittleEndian(header[LogSaltsOffset..]) == salts;
    }

    private static long FrameOffset(uint frame, int pageSize) =>
        LogHeaderBytes + ((frame - 1L) * (pageSize + FrameHeaderBytes));

    private static void ReadLog(VfsFile log, long offset, Span<byte> buffer, string database)
    {
        // A short read gives zeros, whose salts do not fit.
        var code = log.Read(offset, buffer);
        if (code is not (ResultCodes.Ok or ResultCodes.ShortRead))
            throw SqliteErrors.ReadFailed(database, code);
    }
}
