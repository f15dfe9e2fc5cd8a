using Backup.Sql.Postgres.Connections;
using Npgsql;

namespace Backup.Sql.Postgres.Snapshots;

/// <summary>
/// The connections of one snapshot: a leader for each database, and readers that come and go as they are needed, not
/// more than the options allow.
/// </summary>
internal sealed class SnapshotReaders : IAsyncDisposable
{
    private readonly PostgresServer _server;
    private readonly TimeSpan _lockTimeout;
    private readonly SemaphoreSlim _free;
    private readonly SemaphoreSlim _leaders = new(1, 1);
    private readonly int _most;
    private readonly Lock _gate = new();
    private readonly List<(DatabasePoint Point, NpgsqlConnection Connection)> _idle = [];
    private int _open;

    public SnapshotReaders(PostgresServer server, IReadOnlyList<DatabasePoint> points, PostgresEngineOptions options)
    {
        _server = server;
        _lockTimeout = options.LockTimeout;
        Points = points;
        _most = Math.Max(1, options.Connections - points.Count);
        _free = new SemaphoreSlim(_most, _most);
    }

    public IReadOnlyList<DatabasePoint> Points { get; }

    /// <summary>Runs something on a reader, when one is free.</summary>
    /// <param name="point">The database.</param>
    /// <param name="use">What to run. After a failure the connection is not used again.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async ValueTask<T> UseAsync<T>(
        DatabasePoint point, Func<NpgsqlConnection, ValueTask<T>> use, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken).ConfigureAwait(false);
        NpgsqlConnection? connection = null;
        try
        {
            connection = await TakeAsync(point, cancellationToken).ConfigureAwait(false);
            var result = await use(connection).ConfigureAwait(false);
            lock (_gate)
                _idle.Add((point, connection));
            connection = null;
            return result;
        }
        finally
        {
            if (connection is not null)
                await CloseAsync(connection).ConfigureAwait(false);
            _free.Release();
        }
    }

    /// <summary>
    /// Runs something where the table's lock is held already. Who waits to change a table holds off every lock that is
    /// asked for after it; and waits itself for the leader.
    /// </summary>
    public async ValueTask<T> UseLeaderAsync<T>(
        DatabasePoint point, Func<NpgsqlConnection, ValueTask<T>> use, CancellationToken cancellationToken)
    {
        await _leaders.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await use(point.Leader).ConfigureAwait(false);
        }
        finally
        {
            _leaders.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (_, connection) in _idle)
            await connection.GiveBackAsync().ConfigureAwait(false);
        foreach (var point in Points)
            await point.Leader.GiveBackAsync().ConfigureAwait(false);
        _server.CloseIdle(Points.Select(point => point.OnServer));
        _free.Dispose();
        _leaders.Dispose();
    }

    private async ValueTask<NpgsqlConnection> TakeAsync(DatabasePoint point, CancellationToken cancellationToken)
    {
        NpgsqlConnection? surplus = null;
        lock (_gate)
        {
            var index = _idle.FindLastIndex(idle => idle.Point == point);
            if (index >= 0)
            {
                var found = _idle[index].Connection;
                _idle.RemoveAt(index);
                return found;
            }

            if (_open >= _most && _idle.Count > 0)
            {
                surplus = _idle[0].Connection;
                _idle.RemoveAt(0);
            }

            _open++;
        }

        try
        {
            if (surplus is not null)
                await CloseAsync(surplus).ConfigureAwait(false);
            return await SharedSnapshot.OpenAsync(
                _server, point.OnServer, point.SnapshotId, _lockTimeout, !point.IsTracked, cancellationToken)
                .ConfigureAwait(false);
        }
        catch
        {
            lock (_gate)
                _open--;
            throw;
        }
    }

    private async ValueTask CloseAsync(NpgsqlConnection connection)
    {
        lock (_gate)
            _open--;
        await connection.GiveBackAsync().ConfigureAwait(false);
    }
}
