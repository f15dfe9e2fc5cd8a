using Backup.Sql.Catalog;
using Backup.Sql.Postgres.Connections;
using Npgsql;
using NpgsqlTypes;

namespace Backup.Sql.Postgres.Changes;

/// <summary>
/// A second slot, ahead of the one that keeps the log. The server decodes from where a slot stands on, and an increment
/// wants what came after the last backup, not all that the window holds. It follows the marks that increments start
/// from; who wants to know more reads from the first slot, and whoever finds none ahead, too.
/// </summary>
internal static class LeadingSlot
{
    /// <summary>
    /// A copy stands where the first slot does, and waits for nobody's transaction. The server's last one stays free:
    /// others may need it more.
    /// </summary>
    private const string Copy =
        """
        SELECT count(pg_catalog.pg_copy_logical_replication_slot($1, $2))
        WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_replication_slots WHERE slot_name = $2)
          AND (SELECT count(*) FROM pg_catalog.pg_replication_slots) + 1
            < pg_catalog.current_setting('max_replication_slots')::int
        """;

    private const string Place =
        """
        SELECT confirmed_flush_lsn FROM pg_catalog.pg_replication_slots
        WHERE slot_name = $1 AND database = pg_catalog.current_database() AND wal_status <> 'lost'
        """;

    private const string Left =
        """
        SELECT count(pg_catalog.pg_drop_replication_slot(ahead.slot_name))
        FROM pg_catalog.pg_replication_slots ahead, pg_catalog.pg_replication_slots first
        WHERE ahead.slot_name = $1 AND first.slot_name = $2 AND NOT ahead.active
          AND (ahead.restart_lsn < first.restart_lsn OR ahead.wal_status = 'lost')
        """;

    /// <summary>The name of the slot that is ahead of another one.</summary>
    public static string NameOf(string slot) => $"{slot}_ahead";

    /// <summary>The slot from which all can be read that a mark has not seen.</summary>
    /// <param name="connection">Has the log to itself (<see cref="TurnLock"/>), until it has been read.</param>
    /// <param name="slot">The slot that keeps the log.</param>
    /// <param name="mark">The mark's time.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public static async ValueTask<string> FindAsync(
        NpgsqlConnection connection, string slot, HlcTimestamp mark, CancellationToken cancellationToken)
    {
        var ahead = NameOf(slot);
        if (await HistoryTables.FindPlaceAsync(connection, mark, cancellationToken).ConfigureAwait(false)
            is not { } seen)
            return slot;
        await connection.QueryAsync(Copy, cancellationToken, slot, ahead).ConfigureAwait(false);
        var rows = await connection.QueryAsync(Place, cancellationToken, ahead).ConfigureAwait(false);
        if (rows.Count == 0 || rows[0][0] is not NpgsqlLogSequenceNumber place || place > seen)
            return slot;
        if (place < seen)
            await ReplicationSlot.MoveAsync(connection, ahead, seen, cancellationToken).ConfigureAwait(false);
        return ahead;
    }

    /// <summary>Gives the slot up where the first one has passed it: it would keep what nobody wants.</summary>
    public static async ValueTask DropBehindAsync(
        NpgsqlConnection connection, string slot, CancellationToken cancellationToken) =>
        await connection.QueryAsync(Left, cancellationToken, NameOf(slot), slot).ConfigureAwait(false);
}
