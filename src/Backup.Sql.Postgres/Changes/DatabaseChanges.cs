using System.Collections.Concurrent;
using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Postgres.Connections;
using Backup.Sql.Postgres.Rows;
using Npgsql;

namespace Backup.Sql.Postgres.Changes;

/// <summary>What changed in a database between earlier times and one snapshot.</summary>
/// <param name="server">The server.</param>
/// <param name="onServer">What the server calls the database.</param>
/// <param name="slot">The slot that keeps the log.</param>
/// <param name="own">The snapshot's mark.</param>
/// <param name="whole">The relations of which the log has whole rows.</param>
/// <param name="findTable">How a relation is stored, as the snapshot sees it.</param>
/// <param name="options">Where to put what is too much for memory, and the clock.</param>
internal sealed class DatabaseChanges(
    PostgresServer server, string onServer, string slot, HistoryMark own, IReadOnlySet<uint> whole,
    Func<uint, CancellationToken, ValueTask<StoredTable?>> findTable, PostgresEngineOptions options) : IDisposable
{
    private static readonly TimeSpan SlotWait = TimeSpan.FromMilliseconds(100);
    private const int SlotAttempts = 100;

    private readonly ConcurrentDictionary<HlcTimestamp, Lazy<Task<Window<KeyChanges>?>>> _keys = new();
    private readonly ConcurrentDictionary<HlcTimestamp, Lazy<Task<Window<RowLog>?>>> _logs = new();
    private readonly ConcurrentDictionary<uint, long> _rows = new();

    /// <summary>The rows of a table that changed since a time, keys ascending; null when not all are known.</summary>
    /// <param name="oid">The table's oid.</param>
    /// <param name="table">How it is stored.</param>
    /// <param name="start">The time.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async ValueTask<IReadOnlyList<ChangedRow>?> FindKeysAsync(
        uint oid, StoredTable table, HlcTimestamp start, CancellationToken cancellationToken)
    {
        if (!CanFind(table))
            return null;
        var window = await _keys.GetOrAdd(
            start, from => new Lazy<Task<Window<KeyChanges>?>>(() => ReadKeysAsync(from))).Value
            .WaitAsync(cancellationToken).ConfigureAwait(false);
        if (window is null || !IsSame(window.Mark, oid, table))
            return null;
        var changed = table.Heaps.Select(heap => window.Changes.Of(heap.Oid, table.KeyNames)).ToList();
        return changed.Contains(null) ? null : changed.Count == 1 ? changed[0] : ChangedKeys.Union(changed!);
    }

    /// <summary>True when the log since a time has been asked for already.</summary>
    public bool HasLog(HlcTimestamp start) => _logs.ContainsKey(start);

    /// <summary>
    /// What the rows of a table were before and after each change since a time; null when not all of it is known.
    /// </summary>
    /// <param name="oid">The table's oid.</param>
    /// <param name="table">How it is stored.</param>
    /// <param name="start">The time.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async ValueTask<IReadOnlyList<LogLines>?> FindLinesAsync(
        uint oid, StoredTable table, HlcTimestamp start, CancellationToken cancellationToken)
    {
        if (!CanFind(table) || !table.Heaps.All(heap => whole.Contains(heap.Oid)))
            return null;

        // Read once, whoever asks first; what one caller gives up the others still want.
        var window = await _logs.GetOrAdd(
            start, from => new Lazy<Task<Window<RowLog>?>>(() => ReadLogAsync(from))).Value
            .WaitAsync(cancellationToken).ConfigureAwait(false);
        if (window is null || !IsSame(window.Mark, oid, table))
            return null;
        var lines = table.Heaps.Select(heap => window.Changes.Of(heap.Oid)).OfType<LogLines>().ToList();
        return lines.Exists(some => some.IsLost) ? null : lines;
    }

    /// <summary>The first time from which on all versions of a table's rows are known.</summary>
    /// <param name="oid">The table's oid.</param>
    /// <param name="table">How it is stored.</param>
    /// <param name="start">The time wanted; zero for the first that is kept.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>A time from the one wanted to that of the snapshot.</returns>
    public async ValueTask<HlcTimestamp> FindStartAsync(
        uint oid, StoredTable table, HlcTimestamp start, CancellationToken cancellationToken)
    {
        if (!start.IsZero
            && await FindLinesAsync(oid, table, start, cancellationToken).ConfigureAwait(false) is not null)
            return start;
        var connection = await server.BorrowAsync(onServer, cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var stamps = table.Heaps.Select(heap => heap.Oid).Append(oid).Distinct()
            .Where(own.Tables.ContainsKey).ToDictionary(relation => relation, relation => own.Tables[relation]);
        var first = await HistoryTables.FindSinceAsync(connection, stamps, start, own.Time, cancellationToken)
            .ConfigureAwait(false);
        return first < own.Time
            && await FindLinesAsync(oid, table, first, cancellationToken).ConfigureAwait(false) is not null
            ? first : own.Time;
    }

    /// <summary>
    /// How many rows a table has in the snapshot, out of how many it had at an earlier mark and what came and went
    /// since; null where that is not known.
    /// </summary>
    public long? FindRows(uint oid, StoredTable table)
    {
        foreach (var (start, window) in _keys)
        {
            if (window.Value.IsCompletedSuccessfully && window.Value.Result is { } read && read.Mark.Time == start
                && read.Mark.Rows.TryGetValue(oid, out var before) && IsSame(read.Mark, oid, table))
                return table.Heaps.Aggregate((long?)before, (rows, heap) => rows + read.Changes.GrowthOf(heap.Oid));
        }

        return null;
    }

    /// <summary>Remembers how many rows a table has in the snapshot.</summary>
    public void AddRows(uint oid, long rows) => _rows[oid] = rows;

    /// <summary>Writes that down for later snapshots.</summary>
    public async ValueTask KeepRowsAsync()
    {
        if (_rows.IsEmpty)
            return;
        try
        {
            var connection = await server.BorrowAsync(onServer, CancellationToken.None).ConfigureAwait(false);
            await using var _ = connection.ConfigureAwait(false);
            await HistoryTables.AddRowsAsync(connection, own.Time, _rows, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure) when (PostgresErrors.IsDrivers(failure) || failure is BackupSqlException)
        {
            // Who wants to know counts them.
        }
    }

    public void Dispose()
    {
        foreach (var window in _keys.Values.Where(window => window.Value.IsCompletedSuccessfully))
            window.Value.Result?.Changes.Dispose();
        foreach (var window in _logs.Values.Where(window => window.Value.IsCompletedSuccessfully))
            window.Value.Result?.Changes.Dispose();
    }

    private static bool CanFind(StoredTable table) =>
        table.HasKey && table.Key.All(ordinal => ChangedRowExport.CanFind(table.Columns[ordinal]));

    private bool IsSame(HistoryMark mark, uint oid, StoredTable table) =>
        table.Heaps.Select(heap => heap.Oid).Append(oid).All(relation =>
            own.Tables.TryGetValue(relation, out var now)
            && mark.Tables.TryGetValue(relation, out var before) && now == before);

    private async Task<Window<KeyChanges>?> ReadKeysAsync(HlcTimestamp start)
    {
        var window = await ReadAsync(start, () => new KeyChanges()).ConfigureAwait(false);
        window?.Changes.Complete();
        return window;
    }

    private Task<Window<RowLog>?> ReadLogAsync(HlcTimestamp start) =>
        ReadAsync(start, () => new RowLog(options.ScratchDirectory));

    private async Task<Window<T>?> ReadAsync<T>(HlcTimestamp start, Func<T> make)
        where T : class, IChangeTarget, IDisposable
    {
        var connection = await server.BorrowAsync(onServer, CancellationToken.None).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        try
        {
            if (await HistoryTables.FindMarkAsync(connection, start, CancellationToken.None).ConfigureAwait(false)
                is not { } mark)
                return null;
            var marks = await HistoryTables.ListAsync(connection, mark.Time, own.Time, CancellationToken.None)
                .ConfigureAwait(false);
            await TurnLock.TakeLogAsync(connection, CancellationToken.None).ConfigureAwait(false);
            return await ReadAsync(connection, start, mark, marks, make).ConfigureAwait(false);
        }
        catch (Exception failure) when (PostgresErrors.IsDrivers(failure))
        {
            throw PostgresErrors.From($"the changes of database {onServer} could not be read", failure);
        }
        finally
        {
            await TurnLock.ReleaseAsync(connection).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Tries until the slot is free: a snapshot that lets go of the log may have it, or an administrator of the server.
    /// </summary>
    private async Task<Window<T>?> ReadAsync<T>(
        NpgsqlConnection connection, HlcTimestamp start, HistoryMark mark,
        IReadOnlyList<(HlcTimestamp Time, SeenTransactions Seen)> marks, Func<T> make)
        where T : class, IChangeTarget, IDisposable
    {
        for (var attempt = 1; ; attempt++)
        {
            if (!await ReplicationSlot.IsAliveAsync(connection, slot, CancellationToken.None).ConfigureAwait(false))
                return null;
            var changes = make();
            try
            {
                await ReadAsync(connection, start, mark, new Timeline(marks), changes).ConfigureAwait(false);
                if (await IsKnownAsync(connection, mark).ConfigureAwait(false))
                    return new Window<T>(mark, changes);
                changes.Dispose();
                return null;
            }
            catch (PostgresException busy) when (attempt < SlotAttempts
                && busy.SqlState == PostgresErrorCodes.ObjectInUse)
            {
                changes.Dispose();
                await Task.Delay(SlotWait, options.TimeProvider).ConfigureAwait(false);
            }
            catch
            {
                changes.Dispose();
                throw;
            }
        }
    }

    private async Task ReadAsync(
        NpgsqlConnection connection, HlcTimestamp start, HistoryMark mark, Timeline timeline, IChangeTarget changes)
    {
        var from = await LeadingSlot.FindAsync(connection, slot, mark.Time, CancellationToken.None)
            .ConfigureAwait(false);
        var end = await ReplicationSlot.EndAsync(connection, CancellationToken.None).ConfigureAwait(false);
        var seen = new SeenPlace(SeenTransactions.Parse(own.Snapshot));
        var stream = new ChangeStream(timeline, start, seen, findTable, changes);
        await stream.ReadAsync(connection, from, HistoryTables.Publication, CancellationToken.None)
            .ConfigureAwait(false);
        if ((seen.IsPast ? seen.End : end) is { } place)
        {
            await HistoryTables.AddPlaceAsync(connection, own.Time, place, CancellationToken.None)
                .ConfigureAwait(false);
        }
    }

    /// <summary>
    /// False when the mark is gone: then the slot may be another one by now, which was made after the mark, and marks
    /// are forgotten first.
    /// </summary>
    private static async ValueTask<bool> IsKnownAsync(NpgsqlConnection connection, HistoryMark mark) =>
        (await HistoryTables.ListAsync(connection, mark.Time, mark.Time, CancellationToken.None)
            .ConfigureAwait(false)).Count > 0;

    /// <summary>What changed since a time, and the last mark up to it.</summary>
    private sealed record Window<T>(HistoryMark Mark, T Changes);
}
