using Backup.Sql.Catalog;
using Backup.Sql.Postgres.Connections;
using Backup.Sql.Postgres.Rows;
using Backup.Sql.Rows;
using Npgsql;

namespace Backup.Sql.Postgres.Changes;

/// <summary>
/// Gives the rows of some keys: those that the log tells, and the others as the snapshot has them, where a key without
/// a row is a deletion.
/// </summary>
/// <param name="table">The table.</param>
/// <param name="time">The snapshot's time.</param>
/// <param name="use">Gives a connection that reads in the snapshot.</param>
internal sealed class ChangedRowExport(
    StoredTable table, HlcTimestamp time, Func<Func<NpgsqlConnection, ValueTask>, ValueTask> use)
{
    private const int KeysPerQuery = 2000;

    private readonly FoundRows _found = new();

    /// <summary>True when a row can be found by this column of its key.</summary>
    public static bool CanFind(StoredColumn column) =>
        column.IsPlain
        && column.Form is not (FieldForm.UserDefined or FieldForm.Json or FieldForm.Jsonb or FieldForm.Array);

    /// <summary>Writes the rows whose keys lie in a span.</summary>
    /// <param name="rows">What changed, keys ascending.</param>
    /// <param name="span">The span.</param>
    /// <param name="sink">Takes the rows.</param>
    /// <param name="cancellationToken">Ends the export.</param>
    public async ValueTask RunAsync(
        IEnumerable<ChangedRow> rows, KeySpan span, IRowVersionSink sink, CancellationToken cancellationToken)
    {
        var (waiting, wanted) = (new List<ChangedRow>(), new List<ReadOnlyMemory<byte>>());
        foreach (var row in rows.Where(row => span.Contains(row.Key.Span)))
        {
            waiting.Add(row);
            if (row.Fate == RowFate.Unsaid)
                wanted.Add(row.Key);
            if (wanted.Count < KeysPerQuery)
                continue;
            await WriteAsync(waiting, wanted, sink, cancellationToken).ConfigureAwait(false);
            waiting.Clear();
            wanted.Clear();
        }

        await WriteAsync(waiting, wanted, sink, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask WriteAsync(
        List<ChangedRow> rows, List<ReadOnlyMemory<byte>> wanted, IRowVersionSink sink,
        CancellationToken cancellationToken)
    {
        _found.Clear();
        if (wanted.Count > 0)
            await use(connection => FindAsync(connection, wanted, cancellationToken)).ConfigureAwait(false);
        foreach (var row in rows)
        {
            if (!Write(row, sink))
                await sink.FlushAsync(cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private bool Write(ChangedRow row, IRowVersionSink sink) => row.Fate switch
    {
        RowFate.Told => sink.Write(new RowVersion(row.Key.Span, HlcTimestamp.Zero, row.Record.Span)),
        RowFate.Gone => sink.Write(RowVersion.Deletion(row.Key.Span, time)),
        _ => _found.WriteTo(sink, row.Key, time),
    };

    private async ValueTask FindAsync(
        NpgsqlConnection connection, List<ReadOnlyMemory<byte>> keys, CancellationToken cancellationToken)
    {
        if (table.Heaps.Count == 0)
            return;
        using var export = new RowExport(table, null, KeySpan.All);
        var values = keys.Select(key => KeyBound.Texts(table, key.Span, table.Key.Count))
            .Where(values => values.Count == table.Key.Count).ToList();
        if (values.Count == 0)
            return;
        await connection.ExecuteAsync("SET enable_seqscan = off", cancellationToken).ConfigureAwait(false);
        var rows = await CopyReader.StartAsync(
            connection, CopyQuery.ByKeys(table, values), export.Fields, cancellationToken).ConfigureAwait(false);
        await using var _ = rows.ConfigureAwait(false);
        await export.RunAsync(rows, _found, cancellationToken).ConfigureAwait(false);
    }
}
