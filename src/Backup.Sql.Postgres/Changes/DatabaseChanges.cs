using System.Collections.Concurrent;
using Backup.Sql.Catalog;
using Backup.Sql.Postgres.Connections;
using Backup.Sql.Postgres.Rows;
using Npgsql;

namespace Backup.Sql.Postgres.Changes;

/// <summary>What changed in a database between earlier marks and one snapshot.</summary>
internal sealed class DatabaseChanges(
    PostgresServer server, string onServer, HistorySetting setting, IReadOnlyDictionary<uint, string> stamps,
    Func<uint, CancellationToken, ValueTask<StoredTable?>> findTable, TimeProvider time)
{
    private static readonly TimeSpan SlotWait = TimeSpan.FromMilliseconds(100);
    private const int SlotAttempts = 100;

    private readonly ConcurrentDictionary<HlcTimestamp, Lazy<Task<ChangeWindow?>>> _windows = new();

    /// <summary>The keys of a table that changed since a time, ascending; null when not all are known.</summary>
    /// <param name="oid">The table's oid.</param>
    /// <param name="table">How it is stored.</param>
    /// <param name="start">The time.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>?> FindAsync(
        uint oid, StoredTable table, HlcTimestamp start, CancellationToken cancellationToken)
    {
        if (!table.HasKey || !table.Key.All(ordinal => ChangedRowExport.CanFind(table.Columns[ordinal])))
            return null;
        // Read once, whoever asks first; what one caller gives up the others still want.
        var window = await _windows.GetOrAdd(
            start, from => new Lazy<Task<ChangeWindow?>>(() => ReadAsync(from))).Value
            .WaitAsync(cancellationToken).ConfigureAwait(false);
        var heaps = table.Heaps.Select(heap => heap.Oid).ToList();
        if (window is null || !heaps.Append(oid).All(relation => IsSame(window.Mark, relation)))
            return null;
        var changed = heaps.Select(heap => window.Stream.KeysOf(heap, table.KeyNames)).ToList();
        return changed.Contains(null) ? null : changed.Count == 1 ? changed[0] : ChangedKeys.Union(changed!);
    }

    private bool IsSame(HistoryMark mark, uint relation) =>
        stamps.TryGetValue(relation, out var now)
        && mark.Tables.TryGetValue(relation, out var before) && now == before;

    private async Task<ChangeWindow?> ReadAsync(HlcTimestamp start)
    {
        var connection = await server.OpenAsync(onServer, CancellationToken.None).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        try
        {
            if (await HistoryTables.FindMarkAsync(connection, start, CancellationToken.None).ConfigureAwait(false)
                is not { } mark)
                return null;
            return await ReadAsync(connection, mark).ConfigureAwait(false);
        }
        catch (Exception failure) when (PostgresErrors.IsDrivers(failure))
        {
            throw PostgresErrors.From($"the changes of database {onServer} could not be read", failure);
        }
    }

    /// <summary>Of a slot only one can read at a time.</summary>
    private async Task<ChangeWindow?> ReadAsync(NpgsqlConnection connection, HistoryMark mark)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (!await ReplicationSlot.IsAliveAsync(connection, setting.Slot, CancellationToken.None)
                .ConfigureAwait(false))
                return null;
            try
            {
                var stream = new ChangeStream(SeenTransactions.Parse(mark.Snapshot), findTable);
                await stream.ReadAsync(
                    connection, setting.Slot, HistoryTables.Publication, CancellationToken.None).ConfigureAwait(false);
                return new ChangeWindow(mark, stream);
            }
            catch (PostgresException busy) when (attempt < SlotAttempts
                && busy.SqlState == PostgresErrorCodes.ObjectInUse)
            {
                await Task.Delay(SlotWait, time).ConfigureAwait(false);
            }
        }
    }

    private sealed record ChangeWindow(HistoryMark Mark, ChangeStream Stream);
}
