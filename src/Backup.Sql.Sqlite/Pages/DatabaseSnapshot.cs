using System.Collections.Concurrent;
using Backup.Sql.Sqlite.Catalog;
using Backup.Sql.Sqlite.Interop;

namespace Backup.Sql.Sqlite.Pages;

/// <summary>
/// One point of one database, held by the read transaction of a connection, the leader. Pages are read through
/// connections that are open beside it, rows through connections that join its transaction.
/// </summary>
internal sealed class DatabaseSnapshot : IAsyncDisposable
{
    private readonly Func<Connection> _open;
    private readonly Connection _leader;
    private readonly Snapshot? _snapshot;
    private readonly LogFrames? _frames;
    private readonly string? _copy;
    private readonly ConcurrentBag<PageReader> _pageReaders = [];
    private readonly ConcurrentBag<Connection> _followers = [];
    private readonly SemaphoreSlim _leaderGate = new(1, 1);
    private readonly Lazy<SqliteSchema> _schema;
    private readonly Lazy<FileHeader> _header;
    private int _followersRefused;

    private DatabaseSnapshot(
        Func<Connection> open,
        Connection leader,
        PageGeometry geometry,
        Snapshot? snapshot,
        LogFrames? frames,
        string? copy)
    {
        _open = open;
        _leader = leader;
        _snapshot = snapshot;
        _frames = frames;
        _copy = copy;
        Geometry = geometry;
        _schema = new Lazy<SqliteSchema>(() => SchemaReader.Read(_leader));
        _header = new Lazy<FileHeader>(ReadHeader);
    }

    /// <summary>The database's name.</summary>
    public string Name => _leader.Database;

    /// <summary>Page size and number of pages.</summary>
    public PageGeometry Geometry { get; }

    /// <summary>How many pages are read from the write-ahead log; for tests and logs.</summary>
    public int PagesInLog => _frames?.Count ?? 0;

    /// <summary>True when the pages come from a copy aside instead of the database itself.</summary>
    public bool IsCopied => _copy is not null;

    /// <summary>True when tables whose past is not known are empty here.</summary>
    public bool IsPast { get; private init; }

    /// <summary>
    /// The first page's header; <see cref="FileHeader.Unreadable"/> where pages cannot be reached, or are encrypted
    /// by the library: then trees cannot be read, only rows and whole pages.
    /// </summary>
    public FileHeader Header => _header.Value;

    /// <summary>
    /// Takes over a leader with an open read transaction: in WAL mode for as long as one likes; in another mode it
    /// is in the writers' way, so only for a moment.
    /// </summary>
    public static DatabaseSnapshot Live(Func<Connection> open, Connection leader)
    {
        var geometry = GeometryOf(leader);
        var snapshot = Snapshot.TryGet(leader);
        try
        {
            var frames = snapshot is null
                ? LogFrames.None
                : LogFrames.Scan(VfsFile.OfLog(leader), snapshot, geometry.PageSize, leader.Database);
            return new DatabaseSnapshot(open, leader, geometry, snapshot, frames, null);
        }
        catch
        {
            snapshot?.Dispose();
            throw;
        }
    }

    /// <summary>Opens a file of our own that nobody changes.</summary>
    /// <param name="connections">Opens connections.</param>
    /// <param name="path">The file.</param>
    /// <param name="database">The name under which it appears.</param>
    /// <param name="isPast">True when it was taken back to a time before its own.</param>
    public static DatabaseSnapshot OfFile(
        ConnectionSource connections, string path, string database, bool isPast = false)
    {
        Connection Open() => connections.Open(path, database, OpenMode.Immutable);
        var leader = Open();
        try
        {
            return new DatabaseSnapshot(Open, leader, GeometryOf(leader), null, null, path) { IsPast = isPast };
        }
        catch
        {
            leader.Dispose();
            throw;
        }
    }

    /// <summary>The database's schema.</summary>
    public Task<SqliteSchema> ReadSchemaAsync(CancellationToken cancellationToken) =>
        UseLeaderAsync(_ => _schema.Value, cancellationToken);

    /// <summary>Does something short with the leader, which one caller has at a time.</summary>
    public async Task<T> UseLeaderAsync<T>(Func<Connection, T> use, CancellationToken cancellationToken)
    {
        await _leaderGate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using var _ = _leader.Interruptible(cancellationToken);
            return use(_leader);
        }
        finally
        {
            _leaderGate.Release();
        }
    }

    /// <summary>Lends a reader of pages.</summary>
    public async Task UsePagesAsync(Func<PageReader, Task> use)
    {
        if (!_pageReaders.TryTake(out var reader))
            reader = OpenPages();
        try
        {
            await use(reader).ConfigureAwait(false);
        }
        finally
        {
            _pageReaders.Add(reader);
        }
    }

    /// <summary>
    /// Lends a connection that reads rows at this point. Where none can join any more, because a writer has started the
    /// log anew, callers take turns with the leader.
    /// </summary>
    public async Task UseRowsAsync(Func<Connection, Task> use, CancellationToken cancellationToken)
    {
        if (_followers.TryTake(out var follower) || TryOpenFollower(out follower))
        {
            try
            {
                await use(follower!).ConfigureAwait(false);
            }
            finally
            {
                _followers.Add(follower!);
            }

            return;
        }

        await _leaderGate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await use(_leader).ConfigureAwait(false);
        }
        finally
        {
            _leaderGate.Release();
        }
    }

    public ValueTask DisposeAsync()
    {
        while (_pageReaders.TryTake(out var reader))
            reader.Dispose();
        while (_followers.TryTake(out var follower))
            follower.Dispose();
        _snapshot?.Dispose();
        _leader.Dispose();
        _leaderGate.Dispose();
        return ValueTask.CompletedTask;
    }

    private static PageGeometry GeometryOf(Connection connection) => new(
        (int)connection.QueryInteger("PRAGMA page_size"), (uint)connection.QueryInteger("PRAGMA page_count"));

    private PageReader OpenPages() => _copy is null
        ? LivePageReader.Open(_open, Geometry, _frames!)
        : new FilePageReader(_copy, Geometry);

    private FileHeader ReadHeader()
    {
        if (Geometry.PageCount == 0 || (_copy is null && _leader.Native is null))
            return FileHeader.Unreadable;
        using var reader = OpenPages();
        var page = new byte[Geometry.PageSize];
        reader.Read(1, page);
        return FileHeader.Read(page);
    }

    private bool TryOpenFollower(out Connection? follower)
    {
        follower = null;
        if (Volatile.Read(ref _followersRefused) != 0)
            return false;
        var candidate = _open();
        try
        {
            if (_copy is not null || Join(candidate))
            {
                follower = candidate;
                return true;
            }
        }
        finally
        {
            if (follower is null)
                candidate.Dispose();
        }

        Volatile.Write(ref _followersRefused, 1);
        return false;
    }

    private bool Join(Connection candidate)
    {
        // A connection that has never read cannot open a snapshot.
        candidate.Execute("PRAGMA application_id");
        candidate.Execute("BEGIN");
        if (_snapshot is not null)
            return _snapshot.TryJoin(candidate);

        // The leader found the log empty and keeps everybody from changing the file: whoever finds it empty still
        // sees the same.
        candidate.Execute("SELECT 1 FROM sqlite_master LIMIT 1");
        using var own = Snapshot.TryGet(candidate);
        return own is null;
    }
}
