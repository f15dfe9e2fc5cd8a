using Backup.Sql.Postgres.Connections;
using Npgsql;

namespace Backup.Sql.Postgres.Restore;

/// <summary>Answers for restores that other processes may have published.</summary>
/// <param name="server">The server.</param>
internal sealed class RestoreLedger(PostgresServer server)
{
    /// <summary>True if the restore was published and not forgotten since.</summary>
    public ValueTask<bool> IsPublishedAsync(string id, CancellationToken cancellationToken) => UseAsync(
        server.MaintenanceDatabase,
        async home =>
        {
            await StagedDatabases.CleanAsync(home, null, cancellationToken).ConfigureAwait(false);
            var (isPublished, place) = await RestoreLog.FindAsync(home, id, cancellationToken).ConfigureAwait(false);
            return isPublished || (place is not null && await IsThereAsync(home, place, cancellationToken)
                .ConfigureAwait(false) && await UseAsync(
                    place,
                    async other => (await RestoreLog.FindAsync(other, id, cancellationToken).ConfigureAwait(false))
                        .IsPublished,
                    cancellationToken).ConfigureAwait(false));
        },
        cancellationToken);

    /// <summary>Forgets a restore and removes what is staged under its id.</summary>
    public async ValueTask ForgetAsync(string id, CancellationToken cancellationToken) => await UseAsync(
        server.MaintenanceDatabase,
        async home =>
        {
            await StagedDatabases.CleanAsync(home, id, cancellationToken).ConfigureAwait(false);
            var (_, place) = await RestoreLog.FindAsync(home, id, cancellationToken).ConfigureAwait(false);
            if (place is not null && await IsThereAsync(home, place, cancellationToken).ConfigureAwait(false))
            {
                await UseAsync(
                    place,
                    async other =>
                    {
                        await RestoreLog.ForgetAsync(other, id, cancellationToken).ConfigureAwait(false);
                        return true;
                    },
                    cancellationToken).ConfigureAwait(false);
            }

            await RestoreLog.ForgetAsync(home, id, cancellationToken).ConfigureAwait(false);
            return true;
        },
        cancellationToken).ConfigureAwait(false);

    private static async ValueTask<bool> IsThereAsync(
        NpgsqlConnection home, string database, CancellationToken cancellationToken) =>
        (await home.QueryAsync("SELECT 1 FROM pg_database WHERE datname = $1", cancellationToken, database)
            .ConfigureAwait(false)).Count > 0;

    private async ValueTask<bool> UseAsync(
        string database, Func<NpgsqlConnection, ValueTask<bool>> use, CancellationToken cancellationToken)
    {
        try
        {
            var connection = await server.OpenAsync(database, cancellationToken).ConfigureAwait(false);
            await using var _ = connection.ConfigureAwait(false);
            return await use(connection).ConfigureAwait(false);
        }
        catch (Exception failure) when (PostgresErrors.IsDrivers(failure))
        {
            throw PostgresErrors.From("what is remembered of restores could not be read", failure);
        }
    }
}
