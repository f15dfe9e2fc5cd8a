using Backup.Sql.Postgres.Connections;
using Npgsql;

namespace Backup.Sql.Postgres.Restore;

/// <summary>
/// The connections of a restore to one database: several to a new one, where each statement stands by itself; one, in
/// one transaction, to a database that is there.
/// </summary>
internal sealed class WorkConnections : IAsyncDisposable
{
    private const string Settings =
        "SET check_function_bodies = off; SET client_min_messages = warning; SET default_tablespace = ''";

    private readonly PostgresServer _server;
    private readonly string _database;
    private readonly string _settings;
    private readonly SemaphoreSlim _free;
    private readonly Lock _gate = new();
    private readonly Stack<NpgsqlConnection> _idle = [];
    private readonly List<NpgsqlConnection> _all = [];

    public WorkConnections(PostgresServer server, string database, PostgresEngineOptions options, bool isNew)
    {
        _server = server;
        _database = database;
        IsNew = isNew;
        Count = isNew ? options.Connections : 1;
        _free = new SemaphoreSlim(Count, Count);
        var wait = FormattableString.Invariant($"SET lock_timeout = {(long)options.LockTimeout.TotalMilliseconds}");
        _settings = isNew ? $"{Settings}; SET synchronous_commit = off" : $"{Settings}; {wait}; BEGIN";
    }

    /// <summary>True where nobody else is in the database.</summary>
    public bool IsNew { get; }

    /// <summary>How many there can be.</summary>
    public int Count { get; }

    /// <summary>Runs something when a connection is free.</summary>
    public async ValueTask UseAsync(Func<NpgsqlConnection, ValueTask> use, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var connection = await TakeAsync(cancellationToken).ConfigureAwait(false);
            await use(connection).ConfigureAwait(false);
            lock (_gate)
                _idle.Push(connection);
        }
        finally
        {
            _free.Release();
        }
    }

    /// <summary>Runs something for each of some items, on as many connections as there are.</summary>
    public async ValueTask ForEachAsync<T>(
        IEnumerable<T> items, Func<NpgsqlConnection, T, ValueTask> use, CancellationToken cancellationToken)
    {
        try
        {
            await Parallel.ForEachAsync(
                items,
                new ParallelOptions { MaxDegreeOfParallelism = Count, CancellationToken = cancellationToken },
                (item, token) => UseAsync(connection => use(connection, item), token)).ConfigureAwait(false);
        }
        catch (AggregateException failures)
        {
            throw failures.InnerExceptions[0];
        }
    }

    /// <summary>Closes all of them; what was not committed is undone.</summary>
    public async ValueTask CloseAsync()
    {
        List<NpgsqlConnection> open;
        lock (_gate)
        {
            open = [.. _all];
            _all.Clear();
            _idle.Clear();
        }

        foreach (var connection in open)
            await connection.DisposeAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        _free.Dispose();
    }

    private async ValueTask<NpgsqlConnection> TakeAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_idle.TryPop(out var idle))
                return idle;
            if (!IsNew && _all.Count > 0)
                throw RestoreErrors.OutOfOrder("more work after a failure");
        }

        var connection = await _server.OpenAsync(_database, cancellationToken).ConfigureAwait(false);
        lock (_gate)
            _all.Add(connection);
        await connection.ExecuteAsync(_settings, cancellationToken).ConfigureAwait(false);
        return connection;
    }
}
