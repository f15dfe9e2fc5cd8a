using Backup.Sql.Diagnostics;
using Backup.Sql.Postgres.Connections;
using Npgsql;

namespace Backup.Sql.Postgres.Restore;

/// <summary>Finds out whether a commit came through whose connection broke before the server could say.</summary>
internal sealed class CommitOutcome(PostgresServer server, TimeProvider time)
{
    private const int Attempts = 60;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>True when a failure leaves open what became of the commit.</summary>
    public static bool IsOpen(Exception failure) =>
        failure is not PostgresException server || server.SqlState.StartsWith("57P", StringComparison.Ordinal);

    /// <summary>Asks, for as long as a server takes to come up again.</summary>
    /// <param name="database">The database of the transaction.</param>
    /// <param name="id">The restore's id.</param>
    /// <param name="turn">Which restore of that id.</param>
    /// <returns>Whether it was published; null when nobody answers.</returns>
    public async ValueTask<bool?> FindAsync(string database, string id, string turn)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (attempt > 0)
                await Task.Delay(Pause, time, CancellationToken.None).ConfigureAwait(false);
            try
            {
                var connection = await server.OpenAsync(database, CancellationToken.None).ConfigureAwait(false);
                await using var _ = connection.ConfigureAwait(false);
                return await RestoreLog.IsPublishedAsync(connection, id, turn, CancellationToken.None)
                    .ConfigureAwait(false);
            }
            catch (Exception failure) when (PostgresErrors.IsDrivers(failure) || failure is BackupSqlException)
            {
                // It is on its way up.
            }
        }

        return null;
    }
}
