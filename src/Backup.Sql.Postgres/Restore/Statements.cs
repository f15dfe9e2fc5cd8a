using Npgsql;

namespace Backup.Sql.Postgres.Restore;

/// <summary>
/// Runs statements whose parts come from a backup. Each goes to the server as one: the driver must not look for more
/// of them in its text, and the server takes no second one.
/// </summary>
internal static class Statements
{
    public static async ValueTask RunAsync(
        this NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        var batch = new NpgsqlBatch(connection) { Timeout = 0 };
        await using var _ = batch.ConfigureAwait(false);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(sql));
        await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs a statement; what the server has against it becomes an error that names the object.</summary>
    public static async ValueTask MakeAsync(
        this NpgsqlConnection connection, string what, string sql, CancellationToken cancellationToken)
    {
        try
        {
            await connection.RunAsync(sql, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (PostgresErrors.IsDrivers(failure))
        {
            throw PostgresErrors.From($"{what} could not be made", failure);
        }
    }
}
