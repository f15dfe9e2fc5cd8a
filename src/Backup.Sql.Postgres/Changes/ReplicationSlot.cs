using Backup.Sql.Postgres.Connections;
using Npgsql;
using NpgsqlTypes;

namespace Backup.Sql.Postgres.Changes;

/// <summary>The logical slot of a database: from where it stands on the server keeps the log.</summary>
internal static class ReplicationSlot
{
    private const string Make = "SELECT lsn FROM pg_catalog.pg_create_logical_replication_slot($1, 'pgoutput')";

    private const string State =
        "SELECT wal_status FROM pg_catalog.pg_replication_slots "
        + "WHERE slot_name = $1 AND database = pg_catalog.current_database()";

    private const string Commits =
        """
        SELECT data FROM pg_catalog.pg_logical_slot_peek_binary_changes(
          $1, $3::text::pg_catalog.pg_lsn, $4, 'proto_version', '1', 'publication_names', $2)
        WHERE pg_catalog.get_byte(data, 0) IN (66, 67)
        """;

    /// <summary>How many messages the first piece of a reading has, about.</summary>
    private const int FirstPiece = 10_000;
    private const int PieceGrowth = 8;
    private const int LastPiece = 100_000_000;

    /// <summary>Refuses where the log does not tell what becomes of rows.</summary>
    public static async ValueTask RequireLogAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var levels = await connection.QueryAsync(
            "SELECT pg_catalog.current_setting('wal_level')", cancellationToken).ConfigureAwait(false);
        if ((string)levels[0][0]! != "logical")
            throw PostgresErrors.LogTellsTooLittle((string)levels[0][0]!);
    }

    /// <summary>
    /// Makes the slot anew, and none ahead of it. The publication must be there: each place in the log looks it up.
    /// </summary>
    public static async ValueTask MakeAsync(
        NpgsqlConnection connection, string slot, CancellationToken cancellationToken)
    {
        await DropAsync(connection, slot, cancellationToken).ConfigureAwait(false);
        await connection.QueryAsync(Make, cancellationToken, slot).ConfigureAwait(false);
    }

    /// <summary>Removes the slot and the one ahead of it, if they are there.</summary>
    public static async ValueTask DropAsync(
        NpgsqlConnection connection, string slot, CancellationToken cancellationToken) =>
        await connection.QueryAsync(
            "SELECT count(pg_catalog.pg_drop_replication_slot(slot_name)) FROM pg_catalog.pg_replication_slots "
            + "WHERE slot_name IN ($1, $2)",
            cancellationToken, slot, LeadingSlot.NameOf(slot)).ConfigureAwait(false);

    /// <summary>False when the slot is gone, or the log behind it.</summary>
    public static async ValueTask<bool> IsAliveAsync(
        NpgsqlConnection connection, string slot, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync(State, cancellationToken, slot).ConfigureAwait(false);
        return rows.Count > 0 && rows[0][0] is string state && state != "lost";
    }

    /// <summary>How many bytes of its log the server keeps for the slot, or for the one that should be ahead.</summary>
    public static async ValueTask<long> KeptAsync(
        NpgsqlConnection connection, string slot, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync(
            "SELECT coalesce(max(pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), restart_lsn)), 0)::int8 "
            + "FROM pg_catalog.pg_replication_slots WHERE slot_name IN ($1, $2)",
            cancellationToken, slot, LeadingSlot.NameOf(slot)).ConfigureAwait(false);
        return (long)rows[0][0]!;
    }

    /// <summary>Moves a slot on: what was committed before the place is not told any more.</summary>
    public static async ValueTask MoveAsync(
        NpgsqlConnection connection, string slot, NpgsqlLogSequenceNumber place, CancellationToken cancellationToken) =>
        await connection.QueryAsync(
            "SELECT end_lsn FROM pg_catalog.pg_replication_slot_advance($1, $2::text::pg_catalog.pg_lsn)",
            cancellationToken, slot, place.ToString()).ConfigureAwait(false);

    /// <summary>Up to where the log is written: all that was committed before can be read.</summary>
    public static async ValueTask<NpgsqlLogSequenceNumber> EndAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var ends = await connection.QueryAsync(
            "SELECT pg_catalog.pg_current_wal_flush_lsn()", cancellationToken).ConfigureAwait(false);
        return (NpgsqlLogSequenceNumber)ends[0][0]!;
    }

    /// <summary>
    /// Lets go of the log before the first commit that a mark's snapshot has not seen: nobody will ask for it again.
    /// It is read piece by piece, so that little is read of what stays.
    /// </summary>
    public static async ValueTask AdvanceAsync(
        NpgsqlConnection connection, string slot, SeenTransactions seen, CancellationToken cancellationToken)
    {
        var limit = await EndAsync(connection, cancellationToken).ConfigureAwait(false);
        for (var piece = FirstPiece; ; piece = Math.Min(piece * PieceGrowth, LastPiece))
        {
            var found = await ReadAsync(connection, slot, seen, limit, piece, cancellationToken).ConfigureAwait(false);
            if ((found.End ?? (found.IsPast ? null : limit)) is { } place)
                await MoveAsync(connection, slot, place, cancellationToken).ConfigureAwait(false);
            if (found.IsPast || found.End is null)
                return;
        }
    }

    /// <summary>Reads commits. Transactions that changed nothing published do not show.</summary>
    private static async ValueTask<SeenPlace> ReadAsync(
        NpgsqlConnection connection, string slot, SeenTransactions seen, NpgsqlLogSequenceNumber limit, int piece,
        CancellationToken cancellationToken)
    {
        var found = new SeenPlace(seen);
        var command = new NpgsqlCommand(Commits, connection) { CommandTimeout = 0 };
        await using var _ = command.ConfigureAwait(false);
        foreach (var value in new object[] { slot, HistoryTables.Publication, limit.ToString(), piece })
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        var rows = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = rows.ConfigureAwait(false);
        while (!found.IsPast && await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
            Take(rows.GetFieldValue<byte[]>(0), found);
        return found;
    }

    private static void Take(byte[] message, SeenPlace found)
    {
        var reader = new MessageReader(message);
        if ((ChangeKind)reader.ReadByte() == ChangeKind.Commit)
        {
            found.Commit(ref reader);
            return;
        }

        reader.ReadUInt64(); // the commit's place
        reader.ReadUInt64(); // and its time
        found.Begin(reader.ReadUInt32());
    }
}
