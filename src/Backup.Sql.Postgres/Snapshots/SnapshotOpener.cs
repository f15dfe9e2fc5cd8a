using Backup.Sql.Catalog;
using Backup.Sql.Postgres.Connections;
using Npgsql;

namespace Backup.Sql.Postgres.Snapshots;

/// <summary>Opens one point of some databases, with their tables locked.</summary>
internal sealed class SnapshotOpener(PostgresServer server, DatabaseNames names, PostgresEngineOptions options)
{
    private const int Attempts = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private readonly CommonPoint _points = new(options.TimeProvider);

    /// <summary>What a test does between the snapshot and the locks.</summary>
    internal Func<Task>? BeforeLocks { get; set; }

    /// <summary>Opens a point.</summary>
    /// <param name="databases">The databases, as statements call them.</param>
    /// <param name="clock">Gives the point's time, right when it was found.</param>
    /// <param name="isTracked">Whether the changes of a database are tracked.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async ValueTask<(HlcTimestamp Time, IReadOnlyList<DatabasePoint> Points)> OpenAsync(
        IReadOnlyList<string> databases, Func<HlcTimestamp> clock, Func<string, bool> isTracked,
        CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (await TryOpenAsync(databases, clock, isTracked, cancellationToken).ConfigureAwait(false) is { } points)
                return points;
            if (attempt == Attempts)
                throw PostgresErrors.TablesKeepChanging();
            await Task.Delay(Pause, options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<(HlcTimestamp Time, IReadOnlyList<DatabasePoint> Points)?> TryOpenAsync(
        IReadOnlyList<string> databases, Func<HlcTimestamp> clock, Func<string, bool> isTracked,
        CancellationToken cancellationToken)
    {
        var exporters = new List<NpgsqlConnection>();
        var points = new List<DatabasePoint>();
        var isOpen = false;
        try
        {
            foreach (var database in databases)
            {
                exporters.Add(await server.BorrowAsync(names.OnServer(database), cancellationToken)
                    .ConfigureAwait(false));
            }

            var ids = databases.Count == 0
                ? [] : await _points.FindAsync(exporters, cancellationToken).ConfigureAwait(false);
            var time = clock();
            for (var i = 0; i < databases.Count; i++)
            {
                points.Add(await LeadAsync(databases[i], ids[i], isTracked(databases[i]), cancellationToken)
                    .ConfigureAwait(false));
            }

            if (BeforeLocks is { } before)
                await before().ConfigureAwait(false);
            isOpen = await TryLockAsync(points, exporters, cancellationToken).ConfigureAwait(false);
            return isOpen ? (time, points) : null;
        }
        catch (Exception failure) when (PostgresErrors.IsDrivers(failure))
        {
            throw PostgresErrors.From("no snapshot of the databases could be taken", failure);
        }
        finally
        {
            foreach (var exporter in exporters)
                await exporter.GiveBackAsync().ConfigureAwait(false);
            foreach (var point in isOpen ? [] : points)
                await point.Leader.GiveBackAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Takes over a snapshot that was offered, in a transaction in which every statement sees it.</summary>
    private async ValueTask<DatabasePoint> LeadAsync(
        string database, string offered, bool isTracked, CancellationToken cancellationToken)
    {
        var onServer = names.OnServer(database);
        var leader = await SharedSnapshot.OpenAsync(
            server, onServer, offered, options.LockTimeout, !isTracked, cancellationToken).ConfigureAwait(false);
        try
        {
            var rows = await leader.QueryAsync("SELECT pg_catalog.pg_export_snapshot()", cancellationToken)
                .ConfigureAwait(false);
            return new DatabasePoint(database, onServer, leader, (string)rows[0][0]!, isTracked);
        }
        catch
        {
            await leader.GiveBackAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async ValueTask<bool> TryLockAsync(
        List<DatabasePoint> points, List<NpgsqlConnection> exporters, CancellationToken cancellationToken)
    {
        for (var i = 0; i < points.Count; i++)
        {
            if (!await TableLocks.TryTakeAsync(points[i].Leader, exporters[i], cancellationToken)
                .ConfigureAwait(false))
                return false;
        }

        return true;
    }
}
