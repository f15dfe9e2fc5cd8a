using Backup.Sql.Engines;
using Backup.Sql.Postgres.Connections;
using Npgsql;

namespace Backup.Sql.Postgres;

/// <summary>Runs what a user types in the server's own SQL.</summary>
internal static class PassThrough
{
    /// <summary>A user's names are looked up where the user is used to, not only where they are qualified.</summary>
    private const string UsersPath = "SET search_path = \"$user\", public";

    /// <summary>Runs a text; values come as the server writes them.</summary>
    /// <param name="server">The server.</param>
    /// <param name="database">The database, as the server calls it.</param>
    /// <param name="sql">One or more statements.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public static async ValueTask<PassThroughResult> ExecuteAsync(
        PostgresServer server, string database, string sql, CancellationToken cancellationToken)
    {
        var connection = await server.OpenAsync(database, cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        await connection.ExecuteAsync(UsersPath, cancellationToken).ConfigureAwait(false);
        var command = new NpgsqlCommand(sql, connection) { AllResultTypesAreUnknown = true };
        await using var __ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var ___ = reader.ConfigureAwait(false);
        var result = new PassThroughResult();
        do
        {
            if (reader.FieldCount > 0)
                result = await ReadAsync(reader, cancellationToken).ConfigureAwait(false);
        }
        while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false));
        return result.Columns.Count == 0 && reader.RecordsAffected >= 0
            ? result with { RowsAffected = reader.RecordsAffected }
            : result;
    }

    private static async ValueTask<PassThroughResult> ReadAsync(
        NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var rows = new List<IReadOnlyList<object?>>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var row = new object?[reader.FieldCount];
            for (var i = 0; i < row.Length; i++)
                row[i] = reader.IsDBNull(i) ? null : reader.GetString(i);
            rows.Add(row);
        }

        return new PassThroughResult
        {
            Columns = [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)],
            Rows = rows,
        };
    }
}
