using System.Globalization;
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
    /// <summary>Where no bound is set, a notice tells of half of this.</summary>
    private const long MuchLog = 8L << 30;

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
                await LockAsync(connection, cancellationToken).ConfigureAwait(false);
                try
                {
                    await SetRetentionAsync(connection, retention, cancellationToken).ConfigureAwait(false);
                    return true;
                }
                finally
                {
                    await TurnLock.ReleaseAsync(connection).ConfigureAwait(false);
                }
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>For how long a database keeps its changes; null when it does not.</summary>
    public ValueTask<HistorySetting?> FindAsync(string database, CancellationToken cancellationToken) =>
        UseAsync(database, connection => HistoryTables.FindAsync(connection, cancellationToken), cancellationToken);

    /// <summary>Refuses where nothing is tracked.</summary>
    public async ValueTask RequireTrackedAsync(CancellationToken cancellationToken)
    {
        foreach (var database in await ListAsync(cancellationToken).ConfigureAwait(false))
        {
            if (await FindAsync(database.Name, cancellationToken).ConfigureAwait(false) is not null)
                return;
        }

        throw PostgresErrors.NotTracked();
    }

    /// <summary>
    /// Keeps the changes of all tracked databases from a time on, of those that do not reach back so far what there is.
    /// </summary>
    public async ValueTask HoldAsync(string name, HlcTimestamp from, CancellationToken cancellationToken)
    {
        var (isTracked, isKnown) = (false, false);
        foreach (var database in await ListAsync(cancellationToken).ConfigureAwait(false))
        {
            await UseAsync(
                database.Name,
                async connection =>
                {
                    if (await HistoryTables.FindAsync(connection, cancellationToken).ConfigureAwait(false) is null)
                        return false;
                    isTracked = true;
                    isKnown |= await HistoryTables.HoldAsync(connection, name, from, cancellationToken)
                        .ConfigureAwait(false);
                    return true;
                },
                cancellationToken).ConfigureAwait(false);
        }

        if (!isTracked)
            throw PostgresErrors.NotTracked();
        if (isKnown)
            return;
        await ReleaseAsync(name, cancellationToken).ConfigureAwait(false);
        throw PostgresErrors.HistoryGone(from);
    }

    /// <summary>Removes a hold wherever it is.</summary>
    public async ValueTask ReleaseAsync(string name, CancellationToken cancellationToken)
    {
        foreach (var database in await ListAsync(cancellationToken).ConfigureAwait(false))
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

    /// <summary>
    /// Before a snapshot: waits for those that are being taken; tables that came since the last one are tracked from
    /// now on.
    /// </summary>
    /// <param name="databases">The databases, as statements call them.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async ValueTask<SnapshotTurn> BeginAsync(
        IReadOnlyList<string> databases, CancellationToken cancellationToken)
    {
        var turn = new SnapshotTurn();
        try
        {
            // Always in the same order, so that nobody waits for one who waits for him.
            foreach (var database in databases.Order(StringComparer.Ordinal))
                await JoinAsync(turn, database, cancellationToken).ConfigureAwait(false);
            return turn;
        }
        catch
        {
            await turn.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>After a snapshot: leaves its mark, and lets go of the log that nobody needs any more.</summary>
    /// <param name="turn">Holds the database.</param>
    /// <param name="point">The database's part of the snapshot.</param>
    /// <param name="time">The snapshot's time.</param>
    /// <param name="readCatalog">What the snapshot sees, when that is not known yet.</param>
    /// <param name="findTable">How a relation is stored, as the snapshot sees it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>What tells the changes.</returns>
    public async ValueTask<DatabaseChanges> MarkAsync(
        SnapshotTurn turn, DatabasePoint point, HlcTimestamp time,
        Func<CancellationToken, ValueTask<IReadOnlyList<ObjectDescriptor>>> readCatalog,
        Func<uint, CancellationToken, ValueTask<StoredTable?>> findTable, CancellationToken cancellationToken)
    {
        var (connection, setting) = turn.Of(point.Name);
        try
        {
            var stamps = await Publication.StampAsync(point.Leader, cancellationToken).ConfigureAwait(false);
            var seen = await point.Leader.QueryAsync(
                "SELECT pg_catalog.pg_current_snapshot()::text", cancellationToken).ConfigureAwait(false);
            var catalog = await KeepCatalogAsync(connection, point, time, readCatalog, cancellationToken)
                .ConfigureAwait(false);
            var mark = new HistoryMark(time, (string)seen[0][0]!, stamps.All, catalog);
            await HistoryTables.AddMarkAsync(connection, mark, cancellationToken).ConfigureAwait(false);
            await LetGoAsync(connection, setting, cancellationToken).ConfigureAwait(false);
            return new DatabaseChanges(
                server, point.OnServer, setting.Slot, mark, stamps.Whole, findTable, options);
        }
        catch (Exception failure) when (PostgresErrors.IsDrivers(failure))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw PostgresErrors.From($"the change tracking of database {point.Name} failed", failure);
        }
    }

    /// <summary>The times at which a database's catalog was another one than before.</summary>
    public ValueTask<IReadOnlyList<HlcTimestamp>> CatalogChangesAsync(
        string database, HlcTimestamp after, HlcTimestamp upTo, CancellationToken cancellationToken) => UseAsync(
            database,
            async ValueTask<IReadOnlyList<HlcTimestamp>> (connection) =>
            {
                if (await StartOfAsync(connection, database, cancellationToken).ConfigureAwait(false) is not { } start)
                    return [];
                if (!after.IsZero && after < start)
                    throw PostgresErrors.TimeGone(database, after, start);
                return await HistoryTables.CatalogChangesAsync(connection, after, upTo, cancellationToken)
                    .ConfigureAwait(false);
            },
            cancellationToken);

    /// <summary>Where a database's history starts; null when it starts anew, with the next snapshot.</summary>
    public ValueTask<HlcTimestamp?> StartOfAsync(string database, CancellationToken cancellationToken) =>
        UseAsync(database, connection => StartOfAsync(connection, database, cancellationToken), cancellationToken);

    private static async ValueTask<HlcTimestamp?> StartOfAsync(
        NpgsqlConnection connection, string database, CancellationToken cancellationToken)
    {
        if (await HistoryTables.FindAsync(connection, cancellationToken).ConfigureAwait(false) is null)
            throw PostgresErrors.NoHistory(database);
        var oldest = await HistoryTables.FindOldestAsync(connection, cancellationToken).ConfigureAwait(false);
        return oldest?.Time;
    }

    /// <summary>
    /// The databases that may be tracked. One whose slot is gone has lost its history with it: where others have
    /// theirs, nobody has to ask it.
    /// </summary>
    private async ValueTask<IReadOnlyList<ListedDatabase>> ListAsync(CancellationToken cancellationToken)
    {
        var all = await names.ListAsync(server, cancellationToken).ConfigureAwait(false);
        var logged = all.Where(database => database.HasLog).ToList();
        return logged.Count > 0 ? logged : all;
    }

    private async ValueTask JoinAsync(SnapshotTurn turn, string database, CancellationToken cancellationToken)
    {
        var connection = await OpenAsync(database, cancellationToken).ConfigureAwait(false);
        var isKept = false;
        try
        {
            if (await HistoryTables.FindAsync(connection, cancellationToken).ConfigureAwait(false) is null)
                return;
            await LockAsync(connection, cancellationToken).ConfigureAwait(false);
            if (await HistoryTables.FindAsync(connection, cancellationToken).ConfigureAwait(false) is not { } setting)
                return;
            if (!await PrepareAsync(turn, database, connection, setting, cancellationToken).ConfigureAwait(false))
            {
                turn.Late.Add(database);
                return;
            }

            var newest = await HistoryTables.NewestAsync(connection, cancellationToken).ConfigureAwait(false);
            turn.Add(database, connection, setting, newest);
            isKept = true;
        }
        catch (Exception failure) when (PostgresErrors.IsDrivers(failure))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw PostgresErrors.From($"the change tracking of database {database} failed", failure);
        }
        finally
        {
            if (!isKept)
            {
                await TurnLock.ReleaseAsync(connection).ConfigureAwait(false);
                await connection.GiveBackAsync().ConfigureAwait(false);
            }
        }
    }

    private async ValueTask LockAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await TurnLock.TakeAsync(connection, cancellationToken).ConfigureAwait(false);
        await LimitWaitsAsync(connection, cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask<long> KeepCatalogAsync(
        NpgsqlConnection connection, DatabasePoint point, HlcTimestamp time,
        Func<CancellationToken, ValueTask<IReadOnlyList<ObjectDescriptor>>> readCatalog,
        CancellationToken cancellationToken)
    {
        var fingerprint = await PastCatalog.FingerprintAsync(point.Leader, cancellationToken).ConfigureAwait(false);
        if (await HistoryTables.FindCatalogAsync(connection, fingerprint, cancellationToken).ConfigureAwait(false)
            is { } known)
            return known;
        var objects = await readCatalog(cancellationToken).ConfigureAwait(false);
        await HistoryTables.AddCatalogAsync(
            connection, time.WallTime, fingerprint, PastCatalog.Write(objects), cancellationToken)
            .ConfigureAwait(false);
        return time.WallTime;
    }

    private static async ValueTask SetRetentionAsync(
        NpgsqlConnection connection, TimeSpan retention, CancellationToken cancellationToken)
    {
        var setting = await HistoryTables.FindAsync(connection, cancellationToken).ConfigureAwait(false);
        if (retention == TimeSpan.Zero)
            await StopAsync(connection, cancellationToken).ConfigureAwait(false);
        else if (setting is null)
            await StartAsync(connection, retention, waits: true, cancellationToken).ConfigureAwait(false);
        else
            await HistoryTables.SetRetentionAsync(connection, retention, cancellationToken).ConfigureAwait(false);
    }

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
        await HistoryTables.ForgetAsync(connection, cancellationToken).ConfigureAwait(false);
        await Publication.MakeAsync(connection, cancellationToken).ConfigureAwait(false);
        if (waits)
            await connection.ExecuteAsync("SET lock_timeout = 0", cancellationToken).ConfigureAwait(false);
        await ReplicationSlot.MakeAsync(connection, slot, cancellationToken).ConfigureAwait(false);
        await HistoryTables.MakeAsync(connection, slot, retention, cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask StopAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await Identity.ResetAsync(connection, cancellationToken).ConfigureAwait(false);
        var slot = HistoryTables.SlotOf(await DatabaseAsync(connection, cancellationToken).ConfigureAwait(false));
        await ReplicationSlot.DropAsync(connection, slot, cancellationToken).ConfigureAwait(false);
        await HistoryTables.RemoveAsync(connection, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// A slot that is gone, or whose log is, or that keeps too much of it, is made anew: no mark from before counts any
    /// more.
    /// </summary>
    private async ValueTask<bool> PrepareAsync(
        SnapshotTurn turn, string database, NpgsqlConnection connection, HistorySetting setting,
        CancellationToken cancellationToken)
    {
        if (await IsGoodAsync(turn, database, connection, setting, cancellationToken).ConfigureAwait(false))
            await Publication.ExtendAsync(connection, cancellationToken).ConfigureAwait(false);
        else if (!await TryStartAsync(connection, setting.Retention, cancellationToken).ConfigureAwait(false))
            return false;
        await Identity.SetAsync(connection, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>
    /// False when a transaction that is under way takes too long: this backup is a full one, and the next snapshot
    /// tries again.
    /// </summary>
    private static async ValueTask<bool> TryStartAsync(
        NpgsqlConnection connection, TimeSpan retention, CancellationToken cancellationToken)
    {
        try
        {
            await StartAsync(connection, retention, waits: false, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (PostgresException late) when (late.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            return false;
        }
    }

    private async ValueTask<bool> IsGoodAsync(
        SnapshotTurn turn, string database, NpgsqlConnection connection, HistorySetting setting,
        CancellationToken cancellationToken)
    {
        if (!await ReplicationSlot.IsAliveAsync(connection, setting.Slot, cancellationToken).ConfigureAwait(false))
        {
            turn.Notices.Add($"{database}: the server has lost its log behind slot {setting.Slot}, history starts anew");
            return false;
        }

        var kept = await ReplicationSlot.KeptAsync(connection, setting.Slot, cancellationToken).ConfigureAwait(false);
        var isTooMuch = kept > options.MaxKeptLog;
        if (isTooMuch || kept > (options.MaxKeptLog ?? MuchLog) / 2)
        {
            turn.Notices.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{database}: the server keeps {kept >> 20} MiB of its log for slot {setting.Slot}")
                + (isTooMuch ? ", more than MaxKeptLog: it is given up, and history starts anew" : ""));
        }

        return !isTooMuch;
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
        // When much is kept, what nobody holds goes before its time.
        var kept = await ReplicationSlot.KeptAsync(connection, setting.Slot, cancellationToken).ConfigureAwait(false);
        var isMuch = kept > (options.MaxKeptLog ?? MuchLog) / 2;
        var retention = isMuch && options.MaxKeptLog is not null ? TimeSpan.Zero : setting.Retention;
        var horizon = HlcTimestamp.FromDateTimeOffset(options.TimeProvider.GetUtcNow() - retention);
        var isBehind = await HistoryTables.PruneAsync(connection, horizon, cancellationToken).ConfigureAwait(false);

        // To find the place costs a reading of the log up to it.
        if (!isBehind && !isMuch)
            return;
        if (await HistoryTables.FindOldestAsync(connection, cancellationToken).ConfigureAwait(false) is not { } oldest)
            return;
        try
        {
            await ReplicationSlot.AdvanceAsync(
                connection, setting.Slot, SeenTransactions.Parse(oldest.Snapshot), cancellationToken)
                .ConfigureAwait(false);
            await LeadingSlot.DropBehindAsync(connection, setting.Slot, cancellationToken).ConfigureAwait(false);
            await HistoryTables.CatchUpAsync(connection, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException busy) when (busy.SqlState == PostgresErrorCodes.ObjectInUse)
        {
            // Somebody reads it: the next snapshot lets go.
        }
    }

    private async ValueTask<NpgsqlConnection> OpenAsync(string database, CancellationToken cancellationToken)
    {
        var connection = await server.BorrowAsync(names.OnServer(database), cancellationToken).ConfigureAwait(false);
        try
        {
            await LimitWaitsAsync(connection, cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.GiveBackAsync().ConfigureAwait(false);
            throw;
        }
    }

    private ValueTask LimitWaitsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var wait = (long)options.LockTimeout.TotalMilliseconds;
        return connection.ExecuteAsync(
            string.Create(CultureInfo.InvariantCulture, $"SET lock_timeout = {wait}"), cancellationToken);
    }

    private async ValueTask<T> UseAsync<T>(
        string database, Func<NpgsqlConnection, ValueTask<T>> use, CancellationToken cancellationToken)
    {
        try
        {
            var connection = await OpenAsync(database, cancellationToken).ConfigureAwait(false);
            await using var _ = connection.ConfigureAwait(false);
            return await use(connection).ConfigureAwait(false);
        }
        catch (Exception failure) when (PostgresErrors.IsDrivers(failure))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw PostgresErrors.From($"the change tracking of database {database} failed", failure);
        }
    }
}
