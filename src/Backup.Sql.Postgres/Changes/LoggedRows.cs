using Backup.Sql.Catalog;
using Backup.Sql.Postgres.Catalog;
using Backup.Sql.Postgres.Connections;
using Backup.Sql.Postgres.Rows;
using Backup.Sql.Rows;
using Npgsql;

namespace Backup.Sql.Postgres.Changes;

/// <summary>Rows of a table that come out of what the snapshot sees and the log since a time.</summary>
internal sealed class LoggedRows
{
    private readonly StoredTable _table;
    private readonly uint _oid;
    private readonly IReadOnlyList<LogLines> _lines;
    private readonly HlcTimestamp _since;
    private readonly Func<string, string> _query;

    private LoggedRows(
        StoredTable table, uint oid, IReadOnlyList<LogLines> lines, HlcTimestamp since, Func<string, string> query)
    {
        _table = table;
        _oid = oid;
        _lines = lines;
        _since = since;
        _query = query;
    }

    /// <summary>True when nothing changed since the time.</summary>
    public bool IsUnchanged => _lines.Count == 0;

    /// <summary>The rows as they were at a time.</summary>
    /// <exception cref="Diagnostics.BackupSqlException">22008 they are not known.</exception>
    public static ValueTask<LoggedRows> StateAsync(
        DatabaseChanges changes, uint oid, StoredTable table, HlcTimestamp time, CancellationToken cancellationToken) =>
        FindAsync(
            changes, oid, table, time, log => PastQuery.State(table, log, HlcTimestamp.Zero), cancellationToken);

    /// <summary>The keys that changed between two times, with their rows at the second one.</summary>
    /// <exception cref="Diagnostics.BackupSqlException">22008 they are not known.</exception>
    public static ValueTask<LoggedRows> ChangesAsync(
        DatabaseChanges changes, uint oid, StoredTable table, HlcTimestamp start, HlcTimestamp end,
        CancellationToken cancellationToken) =>
        FindAsync(
            changes, oid, table, start, log => PastQuery.Versions(table, log, end, newest: true), cancellationToken);

    /// <summary>Every version between two times; with a base also the rows that there were at the first one.</summary>
    /// <exception cref="Diagnostics.BackupSqlException">22008 they are not known.</exception>
    public static ValueTask<LoggedRows> VersionsAsync(
        DatabaseChanges changes, uint oid, StoredTable table, HlcTimestamp start, HlcTimestamp end, bool withBase,
        CancellationToken cancellationToken) =>
        FindAsync(
            changes, oid, table, start,
            log => PastQuery.Versions(table, log, end, newest: false)
                + (withBase ? $" UNION ALL {PastQuery.State(table, log, start)}" : ""),
            cancellationToken);

    /// <summary>Writes the rows of a span.</summary>
    /// <param name="connection">Reads in the snapshot; may write temporary tables.</param>
    /// <param name="span">The span.</param>
    /// <param name="sink">Takes the rows.</param>
    /// <param name="cancellationToken">Ends the export.</param>
    public async ValueTask ExportAsync(
        NpgsqlConnection connection, KeySpan span, IRowVersionSink sink, CancellationToken cancellationToken)
    {
        if (_table.Heaps.Count == 0)
            return;
        var from = KeyBound.ToSql(_table, span.Start.Span, isStart: true);
        var to = KeyBound.ToSql(_table, span.End.Span, isStart: false);
        var log = await LoadAsync(connection, cancellationToken).ConfigureAwait(false);
        using var export = new RowExport(_table, null, span, isTimed: true);
        var rows = await CopyReader.StartAsync(
            connection, PastQuery.Export(_table, _query(log), from, to), export.Fields, cancellationToken)
            .ConfigureAwait(false);
        await using var _ = rows.ConfigureAwait(false);
        await export.RunAsync(rows, sink, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Counts the rows where their number is not known.</summary>
    public async ValueTask<TableStatistics> CountAsync(
        NpgsqlConnection connection, TableDescriptor table, long? known, CancellationToken cancellationToken)
    {
        if (_table.Heaps.Count == 0)
            return default;
        var log = await LoadAsync(connection, cancellationToken).ConfigureAwait(false);
        return await TableCounter.CountAsync(connection, table, known, cancellationToken, _query(log))
            .ConfigureAwait(false);
    }

    private static async ValueTask<LoggedRows> FindAsync(
        DatabaseChanges changes, uint oid, StoredTable table, HlcTimestamp since, Func<string, string> query,
        CancellationToken cancellationToken)
    {
        var lines = await changes.FindLinesAsync(oid, table, since, cancellationToken).ConfigureAwait(false)
            ?? throw PostgresErrors.PastUnknown(table.FullName, since);
        return new LoggedRows(table, oid, lines, since, query);
    }

    private async ValueTask<string> LoadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var log = await LogTable.LoadAsync(connection, _oid, _table, _lines, _since, cancellationToken)
            .ConfigureAwait(false);

        // The log is small, or there is no index that helps.
        await connection.ExecuteAsync("SET enable_seqscan = on", cancellationToken).ConfigureAwait(false);
        return log;
    }
}
