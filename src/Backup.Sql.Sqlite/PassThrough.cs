using Backup.Sql.Engines;
using Backup.Sql.Sqlite.Interop;

namespace Backup.Sql.Sqlite;

/// <summary>Runs what a user typed.</summary>
internal static class PassThrough
{
    public static PassThroughResult Execute(Connection connection, string sql, CancellationToken cancellationToken)
    {
        using var _ = connection.Interruptible(cancellationToken);
        var result = new PassThroughResult();
        for (var rest = sql; !string.IsNullOrWhiteSpace(rest);)
        {
            using var statement = connection.PrepareNext(rest, out rest);
            if (statement is null)
                continue;
            cancellationToken.ThrowIfCancellationRequested();
            result = statement.ColumnCount > 0
                ? result with { Columns = ReadColumns(statement), Rows = ReadRows(statement) }
                : result with { RowsAffected = (result.RowsAffected ?? 0) + Change(connection, statement) };
        }

        return result;
    }

    private static int Change(Connection connection, Statement statement)
    {
        var before = connection.TotalChanges;
        statement.Step();
        return connection.TotalChanges - before;
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
