using Backup.Sql.Engines;
using Backup.Sql.Sqlite.Catalog;
using Backup.Sql.Sqlite.History;
using Backup.Sql.Sqlite.Interop;

namespace Backup.Sql.Sqlite;

/// <summary>Runs what a user typed.</summary>
internal static class PassThrough
{
    private static readonly string[] SchemaWords = ["CREATE", "DROP", "ALTER"];

    /// <summary>Runs a text.</summary>
    /// <param name="connection">Where.</param>
    /// <param name="sql">The text.</param>
    /// <param name="history">Sees to it that history goes on across changes of the schema; null without
    /// history.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    public static PassThroughResult Execute(
        Connection connection, string sql, HistoryService? history, CancellationToken cancellationToken)
    {
        using var _ = connection.Interruptible(cancellationToken);
        var result = new PassThroughResult();
        for (var rest = sql; !string.IsNullOrWhiteSpace(rest);)
        {
            var all = rest;
            using var statement = connection.PrepareNext(all, out rest);
            if (statement is null)
                continue;
            cancellationToken.ThrowIfCancellationRequested();
            result = statement.ColumnCount > 0
                ? result with { Columns = ReadColumns(statement), Rows = ReadRows(statement) }
                : result with
                {
                    RowsAffected = (result.RowsAffected ?? 0)
                        + Change(connection, statement, all[..^rest.Length], history),
                };
        }

        return result;
    }

    private static int Change(Connection connection, Statement statement, string sql, HistoryService? history)
    {
        var before = connection.TotalChanges;
        var text = history is null || !connection.IsAutocommit ? null : new SqlText(sql);
        if (text is null || !Array.Exists(SchemaWords, word => text.IsWord(0, word)))
        {
            statement.Step();
            return connection.TotalChanges - before;
        }

        var changes = 0;
        history!.RunWitnessed(connection, text, () =>
        {
            before = connection.TotalChanges;
            statement.Step();
            statement.Reset();
            changes = connection.TotalChanges - before;
        });
        return changes;
    }

    private static string[] ReadColumns(Statement statement) =>
        [.. Enumerable.Range(0, statement.ColumnCount).Select(statement.ColumnName)];

    private static List<object?[]> ReadRows(Statement statement)
    {
        var rows = new List<object?[]>();
        while (statement.Step())
            rows.Add([.. Enumerable.Range(0, statement.ColumnCount).Select(column => ReadValue(statement, column))]);
        return rows;
    }

    private static object? ReadValue(Statement statement, int column) => statement.Type(column) switch
    {
        StorageClass.Integer => statement.Integer(column),
        StorageClass.Float => statement.Float(column),
        StorageClass.Text => statement.Text(column),
        StorageClass.Blob => statement.Bytes(column).ToArray(),
        _ => null,
    };
}
