using Backup.Sql.Sqlite.Interop;

namespace Backup.Sql.Sqlite.Pages;

/// <summary>
/// Reads the pages of a database in WAL mode while writers work, through the file handles of a connection of its own.
/// What protects the pages is the read transaction of the snapshot's leader, which outlives this reader.
/// </summary>
internal sealed class LivePageReader : PageReader
{
    private readonly Connection _connection;
    private readonly VfsFile _file;
    private readonly VfsFile _log;
    private readonly LogFrames _frames;

    private LivePageReader(PageGeometry geometry, Connection connection, LogFrames frames)
        : base(geometry)
    {
        _connection = connection;
        _frames = frames;
        _file = VfsFile.OfDatabase(connection);
        _log = VfsFile.OfLog(connection);
    }

    /// <summary>Opens a reader.</summary>
    /// <param name="open">Opens a connection, which the reader will own.</param>
    /// <param name="geometry">Page size and number of pages.</param>
    /// <param name="frames">Where the newest pages are.</param>
    public static LivePageReader Open(Func<Connection> open, PageGeometry geometry, LogFrames frames)
    {
        var connection = open();
        try
        {
            // A first read opens the log.
            connection.Execute("SELECT 1 FROM sqlite_master LIMIT 1");
            return new LivePageReader(geometry, connection, frames);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public override void Dispose() => _connection.Dispose();

    protected override void ReadStored(uint first, Span<byte> pages)
    {
        ReadFile(first, pages);
        if (!_frames.IsEmpty && !_frames.TryOverlay(_log, first, pages, _connection.Database))
            ReadFile(first, pages);
    }

    private void ReadFile(uint first, Span<byte> pages)
    {
        var code = _file.Read(Offset(first), pages);
        if (code is not (ResultCodes.Ok or ResultCodes.ShortRead))
            throw SqliteErrors.ReadFailed(_connection.Database, code);
    }
}
