using Backup.Sql.Catalog;
using Backup.Sql.Postgres.Connections;
using Backup.Sql.Postgres.Rows;
using Backup.Sql.Postgres.Snapshots;
using Npgsql;

namespace Backup.Sql.Postgres.Changes;

/// <summary>
/// Change tracking: a logical slot keeps the server's log, a publication says which tables it tells the rows of, and
/// every snapshot leaves a mark from which later ones can tell what changed.
/// </summary>
internal sealed class HistoryService(PostgresServer server, DatabaseNames names, PostgresEngineOptions options)
{
    /// <summary>Turns tracking on, changes for how long the log is kept, or turns it off.</summary>
    /// <param name="database">The database, as statements call it.</param>
    /// <param name="retention">For how long; zero for not at all.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async ValueTask SetRetentionAsync(
        string database, TimeSpan retention, CancellationToken cancellationToken)
    {
        await UseAsync(
            database,
            async connection =>
            {
                var setting = await HistoryTables.FindAsync(connection, cancellationToken).ConfigureAwait(false);
                if (retention == TimeSpan.Zero)
                    await StopAsync(connection, cancellationToken).ConfigureAwait(false);
                else if (setting is null)
                    await StartAsync(connection, retention, waits: true, cancellationToken).ConfigureAwait(false);
                else
                    await HistoryTables.SetRetentionAsync(connection, retention, cancellationToken)
                        .ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>For how long a database keeps its changes; null when it does not.</summary>
    public ValueTask<HistorySetting?> FindAsync(string database, CancellationToken cancellationToken) =>
        UseAsync(database, connection => HistoryTables.FindAsync(connection, cancellationToken), cancellationToken);

    /// <summary>Keeps the changes of all tracked databases from a time on.</summary>
    public async ValueTask HoldAsync(string name, HlcTimestamp from, CancellationToken cancellationToken)
    {
        var isTracked = false;
        foreach (var database in await names.ListAsync(server, cancellationToken).ConfigureAwait(false))
        {
            var isHeld = await UseAsync(
                database.Name,
                async connection =>
                {
                    if (await HistoryTables.FindAsync(connection, cancellationToken).ConfigureAwait(false) is null)
                        return true;
                    isTracked = true;
                    return await HistoryTables.TryHoldAsync(connection, name, from, cancellationToken)
                        .ConfigureAwait(false);
                },
                cancellationToken).ConfigureAwait(false);
            if (!isHeld)
                throw PostgresErrors.HistoryGone(database.Name, from);
        }

        if (!isTracked)
            throw PostgresErrors.NotTracked();
    }

    /// <summary>Removes a hold wherever it is.</summary>
    public async ValueTask ReleaseAsync(string name, CancellationToken cancellationToken)
    {
        foreach (var database in await names.ListAsync(server, cancellationToken).ConfigureAwait(false))
        {
            await UseAsync(
                database.Name,
                async connection =>
                {
                    if (await HistoryTables.FindAsync(connection, cancellationToken).ConfigureAwait(false) is not null)
                        await HistoryTables.ReleaseAsync(connection, name, cancellationToken).ConfigureAwait(false);
                    return true;
                },
                cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Before a snapshot: tables that came since the last one are tracked from now on.</summary>
    public async ValueTask PrepareAsync(string database, CancellationToken cancellationToken)
    {
        await UseAsync(
            database,
            async connection =>
            {
                if (await HistoryTables.FindAsync(connection, cancellationToken).ConfigureAwait(false) is { } setting)
                    await PrepareAsync(connection, setting, cancellationToken).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>After a snapshot: leaves its mark, and lets go of the log that nobody needs any more.</summary>
    /// <param name="point">The database's part of the snapshot.</param>
    /// <param name="time">The snapshot's time.</param>
    /// <param name="findTable">How a relation is stored, as the snapshot sees it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>What tells the changes; null for a database that is not tracked.</returns>
    public ValueTask<DatabaseChanges?> OpenAsync(
        DatabasePoint point, HlcTimestamp time, Func<uint, CancellationToken, ValueTask<StoredTable?>> findTable,
        CancellationToken cancellationToken) => UseAsync(
            point.Name,
            async connection =>
            {
                var setting = await HistoryTables.FindAsync(connection, cancellationToken).ConfigureAwait(false);
                if (setting is null || !await ReplicationSlot
                    .IsAliveAsync(connection, setting.Slot, cancellationToken).ConfigureAwait(false))
                    return null;
                var stamps = await Publication.StampAsync(point.Leader, cancellationToken).ConfigureAwait(false);
                var seen = await point.Leader.QueryAsync(
                    "SELECT pg_catalog.pg_current_snapshot()::text", cancellationToken).ConfigureAwait(false);
                var mark = new HistoryMark(time, (string)seen[0][0]!, stamps);
                await HistoryTables.AddMarkAsync(connection, mark, cancellationToken).ConfigureAwait(false);
                await LetGoAsync(connection, setting, cancellationToken).ConfigureAwait(false);
                return new DatabaseChanges(
                    server, point.OnServer, setting, stamps, findTable, options.TimeProvider);
            },
            cancellationToken);

    /// <summary>
    /// Makes what keeps the log. The slot comes when every transaction that is under way on the server has ended.
    /// </summary>
    /// <param name="connection">A connection to the database.</param>
    /// <param name="retention">For how long the log is kept.</param>
    /// <param name="waits">True to wait for those transactions, however long they take: nobody waits for us meanwhile.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    private static async ValueTask StartAsync(
        NpgsqlConnection connection, TimeSpan retention, bool waits, CancellationToken cancellationToken)
    {
        var slot = HistoryTables.SlotOf(await DatabaseAsync(connection, cancellationToken).ConfigureAwait(false));
        await ReplicationSlot.RequireLogAsync(connection, cancellationToken).ConfigureAwait(false);
        await Publication.MakeAsync(connection, cancellationToken).ConfigureAwait(false);
        if (waits)
            await connection.ExecuteAsync("SET lock_timeout = 0", cancellationToken).ConfigureAwait(false);
        await ReplicationSlot.MakeAsync(connection, slot, cancellationToken).ConfigureAwait(false);
        await HistoryTables.MakeAsync(connection, slot, retention, cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask StopAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var slot = HistoryTables.SlotOf(await DatabaseAsync(connection, cancellationToken).ConfigureAwait(false));
        await ReplicationSlot.DropAsync(connection, slot, cancellationToken).ConfigureAwait(false);
        await HistoryTables.RemoveAsync(connection, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A slot that is gone, or whose log is, is made anew: no mark from before counts any more.</summary>
    private static async ValueTask PrepareAsync(
        NpgsqlConnection connection, HistorySetting setting, CancellationToken cancellationToken)
    {
        if (await ReplicationSlot.IsAliveAsync(connection, setting.Slot, cancellationToken).ConfigureAwait(false))
        {
            await Publication.ExtendAsync(connection, cancellationToken).ConfigureAwait(false);
            return;
        }

        try
        {
            await StartAsync(connection, setting.Retention, waits: false, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException late) when (late.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            // A long transaction: this backup is a full one, and the next snapshot tries again.
        }
    }

    private static async ValueTask<long> DatabaseAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync(
            "SELECT oid::int8 FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()",
            cancellationToken).ConfigureAwait(false);
        return (long)rows[0][0]!;
    }

    private async ValueTask LetGoAsync(
        NpgsqlConnection connection, HistorySetting setting, CancellationToken cancellationToken)
    {
        var horizon = HlcTimestamp.FromDateTimeOffset(options.TimeProvider.GetUtcNow() - setting.Retention);
        var oldest = await HistoryTables.PruneAsync(connection, horizon, cancellationToken).ConfigureAwait(false);
        if (oldest is null)
            return;
        try
        {
            await ReplicationSlot.AdvanceAsync(
                connection, setting.Slot, SeenTransactions.Parse(oldest.Snapshot), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (PostgresException busy) when (busy.SqlState == PostgresErrorCodes.ObjectInUse)
        {
            // Somebody reads it: the next snapshot lets go.
        }
    }

    private async ValueTask<T> UseAsync<T>(
        string database, Func<NpgsqlConnection, ValueTask<T>> use, CancellationToken cancellationToken)
    {
        var connection = await server.OpenAsync(names.OnServer(database), cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        try
        {
            var wait = (long)options.LockTimeout.TotalMilliseconds;
            await connection.ExecuteAsync(
                string.Create(System.Globalization.CultureInfo.InvariantCulture, $"SET lock_timeout = {wait}"),
                cancellationToken).ConfigureAwait(false);
            return await use(connection).ConfigureAwait(false);
        }
        catch (Exception failure) when (PostgresErrors.IsDrivers(failure))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw PostgresErrors.From($"the change tracking of database {database} failed", failure);
        }
    }
}
