using System.Globalization;
using Backup.Sql.Postgres.Connections;
using Npgsql;

namespace Backup.Sql.Postgres.Snapshots;

/// <summary>Opens transactions that see a snapshot which another one has exported.</summary>
internal static class SharedSnapshot
{
    /// <summary>Opens a connection in such a transaction.</summary>
    /// <param name="server">The server.</param>
    /// <param name="database">The database, as the server calls it.</param>
    /// <param name="snapshot">The snapshot's id.</param>
    /// <param name="lockTimeout">For how long a lock is waited for.</param>
    /// <param name="isReadOnly">False where temporary tables may be needed.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public static async ValueTask<NpgsqlConnection> OpenAsync(
        PostgresServer server, string database, string snapshot, TimeSpan lockTimeout, bool isReadOnly,
        CancellationToken cancellationToken)
    {
        var connection = await server.BorrowAsync(database, cancellationToken).ConfigureAwait(false);
        try
        {
            // Readers are many already; and a sort of one span is to stay in memory.
            await connection.ExecuteAsync(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"""
                    BEGIN ISOLATION LEVEL REPEATABLE READ {(isReadOnly ? "READ ONLY" : "READ WRITE")};
                    SET TRANSACTION SNAPSHOT {Quote.Text(snapshot)};
                    SET lock_timeout = {(long)lockTimeout.TotalMilliseconds};
                    SET max_parallel_workers_per_gather = 0;
                    SET work_mem = '64MB'
                    """),
                cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.GiveBackAsync().ConfigureAwait(false);
            throw;
        }
    }
}
