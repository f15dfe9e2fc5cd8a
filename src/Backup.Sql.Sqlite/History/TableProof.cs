using System.Security.Cryptography;
using Backup.Sql.Diagnostics;
using Backup.Sql.Rows;
using Backup.Sql.Sqlite.Catalog;
using Backup.Sql.Sqlite.Interop;
using Backup.Sql.Sqlite.Rows;

namespace Backup.Sql.Sqlite.History;

/// <summary>
/// Proves of tables that their logs told all: reads a table whole and compares the sum of its rows with what the sum
/// was when it was last read, and the log since. Finds writers that no trigger saw.
/// </summary>
internal sealed class TableProof(DatabaseFiles files, ConnectionSource connections, EngineClock clock)
{
    /// <summary>Proves one table.</summary>
    /// <param name="connection">Reads in the snapshot.</param>
    /// <param name="schema">The database's schema.</param>
    /// <param name="table">The table.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>False when rows changed unseen since the last reading, or there was none.</returns>
    public async Task<bool> ProveAsync(
        Connection connection, SqliteSchema schema, SqliteTable table, CancellationToken cancellationToken)
    {
        if (HistoryState.TryRead(connection) is not { } state
            || state.Find(table.Name)?.Definition is not { HasLastingKey: true } tracked)
            return false;
        using var rows = new RowExport(connection, schema, table, null, KeySpan.All);
        var sum = await SumAsync(rows, cancellationToken).ConfigureAwait(false);
        var last = ReadLast(connection, tracked);
        var first = last is null ? 0 : state.FirstAfter(tracked, last.Value.Mark);
        var isKnown = last is { } known && known.Mark >= state.Oldest.Id && state.TellsKeysApart(tracked, first);
        var isProven = false;
        if (isKnown)
        {
            using var before = new LoggedRowExport(connection, schema, tracked, first);
            using var after = new ChangedRowExport(connection, schema, tracked, first, KeySpan.All);
            var gone = await SumAsync(before, cancellationToken).ConfigureAwait(false);
            var come = await SumAsync(after, cancellationToken).ConfigureAwait(false);
            isProven = unchecked(last!.Value.Sum - gone + come) == sum;
        }

        Note(schema.Database.Name, tracked, state.Newest.Id, sum, isDistrusted: isKnown && !isProven);
        return isProven;
    }

    private static (long Mark, UInt128 Sum)? ReadLast(Connection connection, TableDefinition table)
    {
        using var rows = connection.Prepare($"SELECT mark, high, low FROM {HistoryNames.Proofs} WHERE number = ?1");
        rows.BindInteger(1, table.Number);
        return rows.Step()
            ? (rows.Integer(0), new UInt128((ulong)rows.Integer(1), (ulong)rows.Integer(2)))
            : null;
    }

    private static async Task<UInt128> SumAsync(ExportLoop rows, CancellationToken cancellationToken)
    {
        var sink = new SumSink();
        await rows.RunAsync(sink, cancellationToken).ConfigureAwait(false);
        return sink.Sum;
    }

    /// <summary>Where the database is busy, the next proof starts from where this one did.</summary>
    private void Note(string database, TableDefinition table, long mark, UInt128 sum, bool isDistrusted)
    {
        try
        {
            using var connection = connections.Open(files.Find(database));
            connection.Execute("BEGIN IMMEDIATE");
            var tracker = new HistoryTracker(connection);
            if (isDistrusted)
            {
                tracker.Distrust(table, clock);
            }
            else
            {
                using var note = connection.Prepare(
                    $"INSERT INTO {HistoryNames.Proofs} VALUES (?1, ?2, ?3, ?4) ON CONFLICT (number) DO UPDATE "
                    + "SET mark = excluded.mark, high = excluded.high, low = excluded.low WHERE excluded.mark > mark");
                note.BindInteger(1, table.Number);
                note.BindInteger(2, mark);
                note.BindInteger(3, (long)(ulong)(sum >> 64));
                note.BindInteger(4, (long)(ulong)sum);
                note.Step();
            }

            connection.Execute("COMMIT");
        }
        catch (BackupSqlException busy) when (busy.IsTransient)
        {
            // Nothing is lost but time.
        }
    }

    /// <summary>Sums rows modulo 2^128, whatever their order.</summary>
    private sealed class SumSink : IRowVersionSink
    {
        private byte[] _row = new byte[1024];

        public UInt128 Sum { get; private set; }

        public bool Write(in RowVersion row)
        {
            if (row.IsDeletion)
                return true;
            var length = row.Key.Length + row.Value.Length;
            if (length > _row.Length)
                _row = new byte[Math.Max(length, 2 * _row.Length)];
            row.Key.CopyTo(_row);
            row.Value.CopyTo(_row.AsSpan(row.Key.Length));
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(_row.AsSpan(0, length), hash);
            Sum = unchecked(Sum + System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash));
            return true;
        }

        public ValueTask FlushAsync(CancellationToken cancellationToken = default) => ValueTask.CompletedTask;
    }
}
