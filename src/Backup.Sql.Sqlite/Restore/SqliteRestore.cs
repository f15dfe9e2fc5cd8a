using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Rows;
using Backup.Sql.Sqlite.Catalog;
using Backup.Sql.Sqlite.History;
using Backup.Sql.Sqlite.Interop;

namespace Backup.Sql.Sqlite.Restore;

/// <summary>
/// A restore: new databases come to be as files aside, tables of an existing one in a transaction that commits last.
/// </summary>
internal sealed class SqliteRestore : IRestoreTransaction
{
    private readonly RestoreRequest _request;
    private readonly DatabaseFiles _files;
    private readonly ConnectionSource _connections;
    private readonly HistoryService _history;
    private readonly PastOpener _past;
    private readonly Dictionary<string, StagedFile> _staged = new(AsciiIgnoreCaseComparer.Instance);
    private readonly Dictionary<string, PageFileWriter> _pages = new(AsciiIgnoreCaseComparer.Instance);
    private readonly Dictionary<string, TableRestore> _tables = new(AsciiIgnoreCaseComparer.Instance);
    private readonly Lock _gate = new();
    private readonly List<string> _notices = [];
    private readonly StagedRestores _restores;
    private readonly string _turn;
    private PrivateDirectory? _directory;
    private string? _existing;
    private bool _completed;

    /// <param name="request">What is asked for.</param>
    /// <param name="files">The cluster's files.</param>
    /// <param name="connections">Opens them.</param>
    /// <param name="history">Sets the mark of what was committed.</param>
    /// <param name="past">Takes pages back to an earlier time.</param>
    /// <param name="restores">Where databases are staged.</param>
    /// <param name="turn">Random: tells what this restore stages from what others do under the same id.</param>
    public SqliteRestore(
        RestoreRequest request, DatabaseFiles files, ConnectionSource connections, HistoryService history,
            PastOpener past, StagedRestores restores, string turn)
    {
        _restores = restores;
        _turn = turn;
        _history = history;
        _past = past;
        _request = request;
        _files = files;
        _connections = connections;
        var targets = request.NewDatabases.Select(files.PlaceFor).ToList();
        targets.ForEach(Publication.Check);
        if (targets.Count == 0)
            return;
        _directory = restores.Begin(request.Id, turn);
        foreach (var target in targets)
        {
            var path = Path.Combine(_directory.Path, Path.GetFileName(target.Path));
            if (!_staged.TryAdd(target.Name, new StagedFile(target, path)))
                throw SqliteErrors.DatabaseExists(target.Name);
        }
    }

    public IReadOnlyList<string> Notices => _notices;

    public async ValueTask CreateAsync(
        IReadOnlyList<ObjectRestore> objects, CancellationToken cancellationToken = default) =>
        await Task.Run(() => Create(objects, cancellationToken), cancellationToken).ConfigureAwait(false);

    public async ValueTask IngestAsync(
        Space space, SpaceShape shape, IRowSource rows, CancellationToken cancellationToken = default)
    {
        Func<Task> ingest = space switch
        {
            PageSpace => () => PagesOf(space.Database, shape).IngestAsync(rows, cancellationToken),
            TableSpace table when _tables.TryGetValue(space.Database, out var tables) =>
                () => tables.IngestAsync(table.TableId, rows, cancellationToken),
            _ => throw SqliteErrors.UnknownTable(space.Database, ((TableSpace)space).TableId),
        };
        await Task.Run(ingest, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask CompleteAsync(CancellationToken cancellationToken = default)
    {
        await Task.Run(() => Complete(cancellationToken), cancellationToken).ConfigureAwait(false);
        _completed = true;
    }

    public async ValueTask PublishAsync(CancellationToken cancellationToken = default)
    {
        if (!_completed)
            throw SqliteErrors.OutOfOrder(nameof(PublishAsync));
        cancellationToken.ThrowIfCancellationRequested();
        if (_existing is not null)
            await CommitAsync(_existing).ConfigureAwait(false);
        if (_staged.Count == 0)
            return;
        FileGuard.Run(
            _directory!.Path, "could not be published",
            () => Publication.Run(_directory.Path, [.. _staged.Values], _request.Remember));
        if (_request.Remember)
            _directory.Keep();
        foreach (var staged in _staged.Values)
            _files.Published(staged.Target);
    }

    public ValueTask DisposeAsync()
    {
        foreach (var tables in _tables.Values)
            tables.Dispose();
        foreach (var pages in _pages.Values)
            pages.Dispose();
        _directory?.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Create(IReadOnlyList<ObjectRestore> objects, CancellationToken cancellationToken)
    {
        foreach (var group in objects.GroupBy(restore => restore.Target.Database, AsciiIgnoreCaseComparer.Instance))
        {
            var source = group.FirstOrDefault(restore =>
                restore.Target is DatabaseDescriptor && restore.SourceEngine == SqliteEngine.Kind);
            var tables = TablesOf(group.Key, (DatabaseDescriptor?)source?.Source);
            tables.Create([.. group], cancellationToken);
        }
    }

    private void Complete(CancellationToken cancellationToken)
    {
        foreach (var (name, staged) in _staged)
        {
            // A database without tables has neither pages nor rows.
            if (!_pages.ContainsKey(name) && !_tables.ContainsKey(name))
                FileGuard.Run(staged.Path, "could not be made", () => File.Create(staged.Path).Dispose());
        }

        foreach (var (name, pages) in _pages)
            CompletePages(name, pages, cancellationToken);
        foreach (var (name, tables) in _tables)
        {
            tables.Complete(!_request.SkipForeignKeyCheck, cancellationToken);
            if (!_staged.TryGetValue(name, out var staged))
                continue;
            tables.Commit();
            tables.Finish();
            tables.Dispose();
            FileGuard.Run(staged.Path, "could not be flushed", () => Flush(staged.Path));
        }
    }

    private void CompletePages(string database, PageFileWriter pages, CancellationToken cancellationToken)
    {
        pages.Complete(durable: _request.PagesAsOf is null);
        if (_request.PagesAsOf is not { } time)
            return;
        _past.TakeBack(pages.Path, database, time, whole: true, cancellationToken);
        FileGuard.Run(pages.Path, "could not be flushed", () => Flush(pages.Path));
    }

    /// <summary>
    /// After the commit nothing undoes the restore; a mark that cannot be set now is set with the next one.
    /// </summary>
    private async Task CommitAsync(string database)
    {
        if (_request.Remember)
        {
            var directory = _directory ??= _restores.Begin(_request.Id, _turn);
            FileGuard.Run(
                directory.Path, "could not be written", () => StagedRestores.Announce(directory, database));
            _tables[database].Commit(_request.Id);
            directory.Keep();
        }
        else
        {
            _tables[database].Commit();
        }

        try
        {
            await _history.MarkAsync(database, CancellationToken.None).ConfigureAwait(false);
        }
        catch (BackupSqlException)
        {
            // The database is busy: whoever writes sees to the next mark.
        }
    }

    /// <summary>SQLite, which wrote the file without flushing it, has closed it.</summary>
    private static void Flush(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(file);
    }

    private PageFileWriter PagesOf(string database, SpaceShape shape)
    {
        lock (_gate)
        {
            if (_pages.TryGetValue(database, out var writer))
                return writer;
            if (!_staged.TryGetValue(database, out var staged))
                throw SqliteErrors.NotANewDatabase(database);
            writer = new PageFileWriter(staged.Path, database, shape);
            _pages.Add(database, writer);
            return writer;
        }
    }

    private TableRestore TablesOf(string database, DatabaseDescriptor? source)
    {
        if (_tables.TryGetValue(database, out var tables))
            return tables;
        if (_staged.TryGetValue(database, out var staged))
        {
            var connection = _connections.Open(staged.Path, database, OpenMode.Create);
            tables = Start(connection, () => TableRestore.InNew(connection, source, _notices));
        }
        else
        {
            var file = _files.Find(database);
            var other = _existing ?? _staged.Keys.FirstOrDefault();
            if (other is not null)
                throw SqliteErrors.SeveralExistingDatabases(other, file.Name);
            var connection = _connections.Open(file);
            tables = Start(connection, () => TableRestore.InExisting(connection, _notices));
            _existing = file.Name;
        }

        _tables.Add(database, tables);
        return tables;
    }

    private static TableRestore Start(Connection connection, Func<TableRestore> start)
    {
        try
        {
            return start();
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
