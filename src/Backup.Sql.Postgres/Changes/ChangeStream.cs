using System.Data;
using Backup.Sql.Catalog;
using Backup.Sql.Postgres.Rows;
using Npgsql;

namespace Backup.Sql.Postgres.Changes;

/// <summary>
/// Reads what changed after a time out of the server's log: what the slot still holds is decoded, and what is not
/// wanted is left out, transaction by transaction. The slot stays where it is.
/// </summary>
/// <remarks>
/// The order of commits and the order in which snapshots come to see them are not the same: a place in the log tells
/// nothing about a snapshot. That is why transactions are compared, not places.
/// </remarks>
/// <param name="timeline">Gives transactions their times.</param>
/// <param name="since">Only what is later than this is wanted.</param>
/// <param name="place">Finds out up to where the snapshot has seen everything.</param>
/// <param name="findTable">How a relation is stored, as the snapshot sees it.</param>
/// <param name="target">Takes the changes.</param>
internal sealed class ChangeStream(
    Timeline timeline, HlcTimestamp since, SeenPlace place,
    Func<uint, CancellationToken, ValueTask<StoredTable?>> findTable, IChangeTarget target)
{
    private const string Changes =
        """
        SELECT data FROM pg_catalog.pg_logical_slot_peek_binary_changes(
          $1, NULL, NULL, 'proto_version', '1', 'publication_names', $2, 'binary', 'true')
        """;

    private HlcTimestamp _time;

    /// <summary>Reads all that there is.</summary>
    /// <param name="connection">A connection to the database outside of a transaction.</param>
    /// <param name="slot">The slot.</param>
    /// <param name="publication">The publication.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async ValueTask ReadAsync(
        NpgsqlConnection connection, string slot, string publication, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(Changes, connection) { CommandTimeout = 0 };
        await using var _ = command.ConfigureAwait(false);
        command.Parameters.Add(new NpgsqlParameter { Value = slot });
        command.Parameters.Add(new NpgsqlParameter { Value = publication });
        var rows = await command.ExecuteReaderAsync(CommandBehavior.SingleResult, cancellationToken)
            .ConfigureAwait(false);
        await using var __ = rows.ConfigureAwait(false);
        while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var message = rows.GetFieldValue<byte[]>(0);
            if (Take(message) is { } relation)
                await DescribeAsync(relation, message, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes a message.</summary>
    /// <returns>The relation's oid when the message describes one.</returns>
    private uint? Take(byte[] message)
    {
        var reader = new MessageReader(message);
        var kind = (ChangeKind)reader.ReadByte();
        switch (kind)
        {
            case ChangeKind.Begin:
                reader.ReadUInt64(); // the commit's place
                var commit = (long)reader.ReadUInt64();
                var transaction = reader.ReadUInt32();
                _time = timeline.Date(transaction, commit);
                place.Begin(transaction);
                return null;
            case ChangeKind.Commit:
                place.Commit(ref reader);
                return null;
            case ChangeKind.Relation:
                return reader.ReadUInt32();
            case ChangeKind.Insert or ChangeKind.Update or ChangeKind.Delete when _time > since:
                TakeRow(kind, ref reader);
                return null;
            case ChangeKind.Truncate when _time > since:
                TakeTruncation(ref reader);
                return null;
            default:
                return null;
        }
    }

    private async ValueTask DescribeAsync(uint oid, byte[] message, CancellationToken cancellationToken)
    {
        var columns = Columns(message);
        var table = await findTable(oid, cancellationToken).ConfigureAwait(false);
        target.Describe(oid, table is null ? null : StreamedTable.Match(table, columns));
    }

    private static List<string> Columns(byte[] message)
    {
        var reader = new MessageReader(message);
        reader.ReadByte();
        reader.ReadUInt32();
        reader.ReadText(); // the schema
        reader.ReadText(); // the name
        reader.ReadByte(); // the replica identity
        var columns = new List<string>();
        for (var left = reader.ReadInt16(); left > 0; left--)
        {
            reader.ReadByte(); // whether it is a part of the identity
            columns.Add(reader.ReadText());
            reader.ReadUInt32(); // its type
            reader.ReadUInt32(); // and that one's modifier
        }

        return columns;
    }

    private void TakeRow(ChangeKind change, ref MessageReader reader)
    {
        const byte wholeRow = (byte)'O';
        const byte newRow = (byte)'N';
        var oid = reader.ReadUInt32();
        ReadOnlySpan<byte> old = default;
        ReadOnlySpan<byte> now = default;
        var isWhole = false;
        while (!reader.IsAtEnd)
        {
            var kind = reader.ReadByte();
            var tuple = reader.ReadTuple();
            if (kind == newRow)
                now = tuple;
            else
                old = tuple;
            isWhole |= kind == wholeRow;
        }

        target.Take(oid, _time, new RowChange(change, old, isWhole, now));
    }

    private void TakeTruncation(ref MessageReader reader)
    {
        var relations = reader.ReadUInt32();
        reader.ReadByte(); // CASCADE, RESTART IDENTITY
        for (; relations > 0; relations--)
            target.Truncate(reader.ReadUInt32());
    }
}
