using Backup.Sql.Catalog;
using Backup.Sql.Postgres.Connections;
using Backup.Sql.Postgres.Rows;
using Backup.Sql.Rows;
using Npgsql;

namespace Backup.Sql.Postgres.Changes;

/// <summary>
/// Gives the rows of some keys as the snapshot has them; a key without a row is a deletion. So a change that the stream
/// told twice, or too early, or with a value left out because it lies out of line, gives the right row all the same.
/// </summary>
internal static class ChangedRowExport
{
    private const int KeysPerQuery = 2000;

    /// <summary>True when a row can be found by this column of its key.</summary>
    public static bool CanFind(StoredColumn column) =>
        column.Selected == Quote.Name(column.Name)
        && column.Form is not (FieldForm.UserDefined or FieldForm.Json or FieldForm.Jsonb or FieldForm.Array);

    /// <summary>Writes the rows of the keys that lie in a span.</summary>
    /// <param name="connection">Reads in the snapshot.</param>
    /// <param name="table">The table.</param>
    /// <param name="keys">The keys, ascending.</param>
    /// <param name="span">The span.</param>
    /// <param name="time">The snapshot's time.</param>
    /// <param name="sink">Takes the rows.</param>
    /// <param name="cancellationToken">Ends the export.</param>
    public static async ValueTask RunAsync(
        NpgsqlConnection connection, StoredTable table, IReadOnlyList<ReadOnlyMemory<byte>> keys, KeySpan span,
        HlcTimestamp time, IRowVersionSink sink, CancellationToken cancellationToken)
    {
        var found = new FoundRows();
        foreach (var some in keys.Where(key => span.Contains(key.Span)).Chunk(KeysPerQuery))
        {
            found.Clear();
            await FindAsync(connection, table, some, found, cancellationToken).ConfigureAwait(false);
            foreach (var key in some)
            {
                if (!found.WriteTo(sink, key, time))
                    await sink.FlushAsync(cancellationToken).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    private static async ValueTask FindAsync(
        NpgsqlConnection connection, StoredTable table, ReadOnlyMemory<byte>[] keys, FoundRows found,
        CancellationToken cancellationToken)
    {
        if (table.Heaps.Count == 0)
            return;
        using var export = new RowExport(table, null, KeySpan.All);
        var values = keys.Select(key => KeyBound.Texts(table, key.Span, table.Key.Count))
            .Where(values => values.Count == table.Key.Count).ToList();
        if (values.Count == 0)
            return;
        var rows = await CopyReader.StartAsync(
            connection, CopyQuery.ByKeys(table, values), export.Fields, cancellationToken).ConfigureAwait(false);
        await using var _ = rows.ConfigureAwait(false);
        await export.RunAsync(rows, found, cancellationToken).ConfigureAwait(false);
    }
}
