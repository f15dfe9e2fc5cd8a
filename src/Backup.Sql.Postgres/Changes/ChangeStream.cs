using System.Data;
using Backup.Sql.Postgres.Rows;
using Npgsql;

namespace Backup.Sql.Postgres.Changes;

/// <summary>
/// Reads the keys that changed since a mark out of the server's log: what the slot still holds is decoded, and what the
/// mark's snapshot had seen is left out, transaction by transaction. The slot stays where it is.
/// </summary>
/// <remarks>
/// The order of commits and the order in which snapshots come to see them are not the same: a place in the log tells
/// nothing about a snapshot. That is why transactions are compared, not places. What was committed after the snapshot
/// that is being backed up may come along; such keys are looked up in the snapshot like all others, and found as they
/// were.
/// </remarks>
internal sealed class ChangeStream(
    SeenTransactions seen, Func<uint, CancellationToken, ValueTask<StoredTable?>> findTable)
{
    private const string Changes =
        """
        SELECT data FROM pg_catalog.pg_logical_slot_peek_binary_changes(
          $1, NULL, NULL, 'proto_version', '1', 'publication_names', $2, 'binary', 'true')
        """;

    private readonly Dictionary<uint, StreamedTable?> _relations = [];
    private readonly Dictionary<uint, ChangedKeys> _keys = [];
    private bool _isNew;

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
        using var key = new KeyFields();
        while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var message = rows.GetFieldValue<byte[]>(0);
            if (Take(message, key) is { } relation)
                await TakeRelationAsync(relation, message, cancellationToken).ConfigureAwait(false);
        }

        foreach (var (oid, keys) in _keys)
        {
            if (_relations.GetValueOrDefault(oid) is { } relation && !relation.CanFindAll(keys))
                keys.Lose();
        }
    }

    /// <summary>The keys of a relation that changed, in the columns that tell its rows apart.</summary>
    /// <param name="oid">The oid of what holds the rows.</param>
    /// <param name="columns">The names of the columns that the keys are wanted in.</param>
    /// <returns>Null when not all of them are known.</returns>
    public IReadOnlyList<ReadOnlyMemory<byte>>? KeysOf(uint oid, IEnumerable<string> columns)
    {
        if (!_keys.TryGetValue(oid, out var keys))
            return [];
        return !keys.IsLost && _relations.GetValueOrDefault(oid) is { } relation
            && relation.Table.KeyNames.SequenceEqual(columns, StringComparer.Ordinal) ? keys.Sorted : null;
    }

    /// <summary>Takes a message.</summary>
    /// <returns>The relation's oid when the message describes one.</returns>
    private uint? Take(byte[] message, KeyFields key)
    {
        var reader = new MessageReader(message);
        switch ((ChangeKind)reader.ReadByte())
        {
            case ChangeKind.Begin:
                reader.ReadUInt64(); // the commit's place
                reader.ReadUInt64(); // its time
                _isNew = !seen.Contains(reader.ReadUInt32());
                return null;
            case ChangeKind.Relation:
                return reader.ReadUInt32();
            case ChangeKind.Insert or ChangeKind.Update or ChangeKind.Delete when _isNew:
                TakeRow(ref reader, key);
                return null;
            case ChangeKind.Truncate when _isNew:
                TakeTruncation(ref reader);
                return null;
            default:
                return null;
        }
    }

    private async ValueTask TakeRelationAsync(uint oid, byte[] message, CancellationToken cancellationToken)
    {
        var columns = Columns(message);
        var table = await findTable(oid, cancellationToken).ConfigureAwait(false);
        _relations[oid] = table is null ? null : StreamedTable.Match(oid, table, columns);
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

    private void TakeRow(ref MessageReader reader, KeyFields key)
    {
        var oid = reader.ReadUInt32();
        var keys = KeysIn(oid);
        while (!reader.IsAtEnd)
        {
            reader.ReadByte(); // whether it is the new row, an old key, or an old row
            if (_relations.GetValueOrDefault(oid) is not { } relation || !TryReadKey(ref reader, relation, key))
            {
                keys.Lose();
                return;
            }

            keys.Add(key.Writer.Written);
        }
    }

    private void TakeTruncation(ref MessageReader reader)
    {
        var relations = reader.ReadUInt32();
        reader.ReadByte(); // CASCADE, RESTART IDENTITY
        for (; relations > 0; relations--)
            KeysIn(reader.ReadUInt32()).Lose();
    }

    private static bool TryReadKey(ref MessageReader reader, StreamedTable relation, KeyFields key)
    {
        key.Writer.Reset();
        for (var i = 0; i < relation.KeyFields.Count; i++)
        {
            var column = relation.Table.Columns[relation.Table.Key[i]];
            if (!reader.TryFindField(relation.KeyFields[i], out var field))
                return false;
            key.Write(column.Form, column.Element, field);
        }

        reader.SkipTuple();
        return true;
    }

    private ChangedKeys KeysIn(uint oid)
    {
        if (!_keys.TryGetValue(oid, out var keys))
            _keys.Add(oid, keys = new ChangedKeys());
        return keys;
    }
}
