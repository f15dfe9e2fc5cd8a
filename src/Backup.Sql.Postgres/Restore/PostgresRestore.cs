using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Postgres.Catalog;
using Backup.Sql.Postgres.Connections;
using Backup.Sql.Rows;
using Npgsql;

namespace Backup.Sql.Postgres.Restore;

/// <summary>
/// A restore: new databases are built under names of their own and renamed by the publication; what goes into a
/// database that is there is made in one transaction of it, which the publication commits.
/// </summary>
internal sealed class PostgresRestore : IRestoreTransaction
{
    private sealed record Staged(string Name, string OnServer, DatabaseDescriptor? Source);

    private readonly RestoreRequest _request;
    private readonly PostgresServer _server;
    private readonly DatabaseNames _names;
    private readonly PostgresEngineOptions _options;
    private readonly NpgsqlConnection _home;
    private readonly string _turn;
    private readonly NoticeList _notices = new();
    private readonly Dictionary<string, Staged> _staged = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DatabaseRestore> _databases = new(StringComparer.Ordinal);
    private string? _existing;
    private bool _completed;
    private bool _published;

    private PostgresRestore(
        RestoreRequest request, PostgresServer server, DatabaseNames names, PostgresEngineOptions options,
        NpgsqlConnection home, string turn)
    {
        _turn = turn;
        _request = request;
        _server = server;
        _names = names;
        _options = options;
        _home = home;
    }

    public IReadOnlyList<string> Notices => _notices.All;

    /// <summary>Starts a restore, and removes what dead ones have left.</summary>
    public static async ValueTask<PostgresRestore> BeginAsync(
        RestoreRequest request, PostgresServer server, DatabaseNames names, PostgresEngineOptions options,
        CancellationToken cancellationToken)
    {
        var home = await server.OpenAsync(server.MaintenanceDatabase, cancellationToken).ConfigureAwait(false);
        try
        {
            await StagedDatabases.CleanAsync(home, null, cancellationToken).ConfigureAwait(false);
            foreach (var name in request.NewDatabases)
            {
                var taken = await home.QueryAsync(
                    "SELECT 1 FROM pg_database WHERE datname = $1", cancellationToken, names.OnServer(name))
                    .ConfigureAwait(false);
                if (taken.Count > 0)
                    throw RestoreErrors.DatabaseExists(name);
            }

            var turn = await StagedDatabases.NameAsync(home, request.Id, cancellationToken).ConfigureAwait(false);
            if (request.Remember)
                await RestoreLog.ClaimAsync(home, request.Id, turn, cancellationToken).ConfigureAwait(false);
            return new PostgresRestore(request, server, names, options, home, turn);
        }
        catch (Exception failure)
        {
            await home.DisposeAsync().ConfigureAwait(false);
            if (PostgresErrors.IsDrivers(failure))
                throw PostgresErrors.From("the restore could not be started", failure);
            throw;
        }
    }

    public ValueTask CreateAsync(
        IReadOnlyList<ObjectRestore> objects, CancellationToken cancellationToken = default) =>
        ToldAsync("what is restored could not be made", () => MakeAsync(objects, cancellationToken));

    public ValueTask IngestAsync(
        Space space, SpaceShape shape, IRowSource rows, CancellationToken cancellationToken = default) =>
        space is not TableSpace table
            ? throw PostgresErrors.NoPages()
            : !_databases.TryGetValue(space.Database, out var database)
                ? throw RestoreErrors.UnknownTable(space.Database, table.TableId)
                : ToldAsync(
                    "rows could not be loaded",
                    () => database.IngestAsync(space.Database, table.TableId, rows, cancellationToken));

    public ValueTask CompleteAsync(CancellationToken cancellationToken = default) =>
        ToldAsync("the restore could not be completed", () => FinishAsync(cancellationToken));

    public async ValueTask PublishAsync(CancellationToken cancellationToken = default)
    {
        if (!_completed || _published)
            throw RestoreErrors.OutOfOrder(nameof(PublishAsync));
        cancellationToken.ThrowIfCancellationRequested();
        await ToldAsync("the restore could not be published", () => ShowAsync(cancellationToken))
            .ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var database in _databases.Values)
            await database.DisposeAsync().ConfigureAwait(false);
        if (!_published && _staged.Count > 0)
            await RemoveStagedAsync().ConfigureAwait(false);
        await _home.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>A connection can break at every statement: what nobody has told of by then is told as this.</summary>
    private static async ValueTask ToldAsync(string failed, Func<ValueTask> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (Exception failure) when (PostgresErrors.IsDrivers(failure))
        {
            throw PostgresErrors.From(failed, failure);
        }
    }

    private async ValueTask MakeAsync(IReadOnlyList<ObjectRestore> objects, CancellationToken cancellationToken)
    {
        foreach (var group in objects.GroupBy(restore => restore.Target.Database, StringComparer.Ordinal))
        {
            // A built-in database that is there has its schema already: nothing else came.
            if (!_request.NewDatabases.Contains(group.Key) && group.All(o => o.Target is SchemaDescriptor))
                continue;
            var source = group.FirstOrDefault(
                o => o.Target is DatabaseDescriptor && o.SourceEngine == PostgresEngine.Kind);
            var database = await StartAsync(group.Key, (DatabaseDescriptor?)source?.Source, cancellationToken)
                .ConfigureAwait(false);
            await database.CreateAsync([.. group], cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        foreach (var name in _request.NewDatabases.Where(name => !_databases.ContainsKey(name)))
            await StartAsync(name, null, cancellationToken).ConfigureAwait(false);
        foreach (var database in _databases.Values)
            await database.CompleteAsync(!_request.SkipForeignKeyCheck, cancellationToken).ConfigureAwait(false);
        foreach (var staged in _staged.Values)
            await _databases[staged.Name].Connections.CloseAsync().ConfigureAwait(false);
        _completed = true;
    }

    private async ValueTask ShowAsync(CancellationToken cancellationToken)
    {
        if (_existing is not null)
        {
            if (_request.Remember && _names.OnServer(_existing) != _server.MaintenanceDatabase)
                await HoldAsync(cancellationToken).ConfigureAwait(false);
            await _databases[_existing].Connections.UseAsync(
                connection => CommitAsync(connection, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        else if (_staged.Count > 0)
        {
            await _home.RunAsync("BEGIN", cancellationToken).ConfigureAwait(false);
            await CommitAsync(_home, cancellationToken).ConfigureAwait(false);
        }

        _published = true;
    }

    /// <summary>The claim lies in another database than the one that commits: it is held until that has.</summary>
    private async ValueTask HoldAsync(CancellationToken cancellationToken)
    {
        await _home.RunAsync("BEGIN", cancellationToken).ConfigureAwait(false);
        await RestoreLog.HoldAsync(_home, _request.Id, _turn, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Names the new databases and commits, in one transaction, whichever database it is of. A connection that breaks
    /// in the commit leaves open whether it came through: the server is asked.
    /// </summary>
    private async ValueTask CommitAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            var roles = await Roles.ReadAsync(connection, _notices, cancellationToken).ConfigureAwait(false);
            if (_request.Remember)
            {
                if (connection.Database == _server.MaintenanceDatabase)
                    await RestoreLog.HoldAsync(connection, _request.Id, _turn, cancellationToken).ConfigureAwait(false);
                await RestoreLog.PublishAsync(connection, _request.Id, _turn, cancellationToken).ConfigureAwait(false);
            }

            foreach (var staged in _staged.Values)
            {
                if (staged.Source is not null)
                {
                    var definition = DefinitionJson.Of<DatabaseDefinition>(staged.Source);
                    foreach (var statement in DatabaseFinish.Whole(staged.Source, definition, staged.OnServer, roles))
                        await connection.RunAsync(statement, cancellationToken).ConfigureAwait(false);
                }

                await connection.RunAsync(
                    $"ALTER DATABASE {Quote.Name(staged.OnServer)} RENAME TO {Quote.Name(_names.OnServer(staged.Name))}",
                    cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (PostgresErrors.IsDrivers(failure))
        {
            throw failure is PostgresException { SqlState: PostgresErrorCodes.DuplicateDatabase }
                ? RestoreErrors.DatabaseExists(string.Join(", ", _staged.Keys))
                : PostgresErrors.From("the restore could not be published", failure);
        }

        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            await connection.RunAsync("COMMIT", CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure) when (PostgresErrors.IsDrivers(failure))
        {
            if (!CommitOutcome.IsOpen(failure))
                throw PostgresErrors.From("the restore could not be published", failure);
            var outcome = new CommitOutcome(_server, _options.TimeProvider);
            var isPublished = _request.Remember
                ? await outcome.FindAsync(connection.Database, _request.Id, _turn).ConfigureAwait(false)
                : null;
            if (isPublished is null)
                throw RestoreErrors.OutcomeUnknown(failure);
            if (isPublished is false)
                throw PostgresErrors.From("the restore could not be published", failure);
        }
    }

    private async ValueTask<DatabaseRestore> StartAsync(
        string name, DatabaseDescriptor? source, CancellationToken cancellationToken)
    {
        if (_databases.TryGetValue(name, out var started))
            return started;
        string onServer;
        var isNew = _request.NewDatabases.Contains(name, StringComparer.Ordinal);
        if (isNew)
        {
            onServer = await StagedDatabases.NameAsync(_home, _request.Id, cancellationToken).ConfigureAwait(false);
            _staged.Add(name, new Staged(name, onServer, source));
            await StagedDatabases.CreateAsync(
                _home, onServer, source is null ? null : DefinitionJson.Of<DatabaseDefinition>(source), _notices,
                cancellationToken).ConfigureAwait(false);
        }
        else
        {
            onServer = _names.OnServer(name);
            if (_existing is not null)
                throw RestoreErrors.SeveralExistingDatabases(_existing, name);
            _existing = name;
            if (_request.Remember)
            {
                await RestoreLog.PlaceAsync(_home, _request.Id, _turn, onServer, cancellationToken)
                    .ConfigureAwait(false);
            }
        }

        var database = new DatabaseRestore(
            new WorkConnections(_server, onServer, _options, isNew), source, _notices);
        _databases.Add(name, database);
        return database;
    }

    /// <summary>
    /// The connection is gone, and its locks with it. Where the server is too, the next restore cleans.
    /// </summary>
    private async ValueTask CleanAnewAsync()
    {
        try
        {
            var connection = await _server.OpenAsync(_server.MaintenanceDatabase, CancellationToken.None)
                .ConfigureAwait(false);
            await using var _ = connection.ConfigureAwait(false);
            await StagedDatabases.CleanAsync(connection, null, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure) when (PostgresErrors.IsDrivers(failure) || failure is BackupSqlException)
        {
            // Nobody can be told, and nothing is visible.
        }
    }

    /// <summary>What cannot be removed now, the next restore removes.</summary>
    private async ValueTask RemoveStagedAsync()
    {
        try
        {
            await _home.RunAsync("ROLLBACK", CancellationToken.None).ConfigureAwait(false);
            foreach (var staged in _staged.Values)
                await StagedDatabases.DropAsync(_home, staged.OnServer, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure) when (PostgresErrors.IsDrivers(failure) || failure is InvalidOperationException)
        {
            await CleanAnewAsync().ConfigureAwait(false);
        }
    }
}
