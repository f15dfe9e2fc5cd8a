using Backup.Sql.Postgres.Connections;
using Npgsql;

namespace Backup.Sql.Postgres.Changes;

/// <summary>
/// One at a time changes what is tracked in a database, or takes a snapshot of it; and one at a time reads its log.
/// </summary>
internal static class TurnLock
{
    /// <summary>Of advisory locks those that are ours, in each database.</summary>
    private const string Number = "6557241057451442017";
    private const string LogNumber = "6557241057451442018";

    /// <summary>Waits for those that came before.</summary>
    public static ValueTask TakeAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(
            $"SET lock_timeout = '60s'; SELECT pg_catalog.pg_advisory_lock({Number})", cancellationToken);

    /// <summary>Waits, however long, until nobody else reads the log.</summary>
    public static ValueTask TakeLogAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.ExecuteAsync($"SELECT pg_catalog.pg_advisory_lock({LogNumber})", cancellationToken);

    /// <summary>Lets the next one have its turn, if it was taken.</summary>
    public static async ValueTask ReleaseAsync(NpgsqlConnection connection)
    {
        try
        {
            await connection.ExecuteAsync("SELECT pg_catalog.pg_advisory_unlock_all()", CancellationToken.None)
                .ConfigureAwait(false);
        }
        catch (Exception failure) when (PostgresErrors.IsDrivers(failure) || failure is InvalidOperationException)
        {
            // The connection is gone, and the lock with it.
        }
    }
}
