using Backup.Sql.Postgres.Catalog;
using Backup.Sql.Postgres.Connections;
using Npgsql;

namespace Backup.Sql.Postgres.Restore;

/// <summary>
/// What is remembered of restores, in a schema of our own that no catalog shows: in the maintenance database who works
/// on which; in the database whose transaction publishes, that it was published.
/// </summary>
internal static class RestoreLog
{
    private const string Table = $"{CatalogSql.OwnSchema}.restores";

    /// <summary>Begins a restore: whoever had its id before can no longer publish.</summary>
    public static async ValueTask ClaimAsync(
        NpgsqlConnection home, string id, string turn, CancellationToken cancellationToken)
    {
        await PrepareAsync(home, cancellationToken).ConfigureAwait(false);
        await home.QueryAsync(
            $"INSERT INTO {Table} (id, turn) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE "
            + "SET turn = excluded.turn, place = NULL, published = false",
            cancellationToken, id, turn).ConfigureAwait(false);
    }

    /// <summary>Notes in which database the publication will be remembered.</summary>
    public static ValueTask PlaceAsync(
        NpgsqlConnection home, string id, string turn, string place, CancellationToken cancellationToken) =>
        RequireAsync(
            home, $"UPDATE {Table} SET place = $3 WHERE id = $1 AND turn = $2 RETURNING 1", id, cancellationToken,
            id, turn, place);

    /// <summary>Makes sure, until the transaction ends, that nobody has taken the restore over.</summary>
    public static ValueTask HoldAsync(
        NpgsqlConnection home, string id, string turn, CancellationToken cancellationToken) =>
        RequireAsync(
            home, $"SELECT 1 FROM {Table} WHERE id = $1 AND turn = $2 FOR UPDATE", id, cancellationToken, id, turn);

    /// <summary>Remembers the publication, in its transaction.</summary>
    public static async ValueTask PublishAsync(
        NpgsqlConnection connection, string id, string turn, CancellationToken cancellationToken)
    {
        await PrepareAsync(connection, cancellationToken).ConfigureAwait(false);
        await connection.QueryAsync(
            $"INSERT INTO {Table} (id, turn, published) VALUES ($1, $2, true) ON CONFLICT (id) DO UPDATE "
            + "SET turn = excluded.turn, published = true",
            cancellationToken, id, turn).ConfigureAwait(false);
    }

    /// <summary>Tells whether a restore was published, and in which other database that may be written.</summary>
    public static async ValueTask<(bool IsPublished, string? Place)> FindAsync(
        NpgsqlConnection connection, string id, CancellationToken cancellationToken)
    {
        if (!await IsThereAsync(connection, cancellationToken).ConfigureAwait(false))
            return (false, null);
        var rows = await connection.QueryAsync(
            $"SELECT published, place FROM {Table} WHERE id = $1", cancellationToken, id).ConfigureAwait(false);
        return rows.Count == 0 ? (false, null) : ((bool)rows[0][0]!, (string?)rows[0][1]);
    }

    /// <summary>
    /// Tells what became of a publication, once its transaction is over: that one holds the lock to its end.
    /// </summary>
    public static async ValueTask<bool> IsPublishedAsync(
        NpgsqlConnection connection, string id, string turn, CancellationToken cancellationToken)
    {
        await connection.RunAsync("SELECT pg_advisory_lock(4711)", cancellationToken).ConfigureAwait(false);
        if (!await IsThereAsync(connection, cancellationToken).ConfigureAwait(false))
            return false;
        var rows = await connection.QueryAsync(
            $"SELECT published FROM {Table} WHERE id = $1 AND turn = $2", cancellationToken, id, turn)
            .ConfigureAwait(false);
        return rows.Count > 0 && (bool)rows[0][0]!;
    }

    /// <summary>Forgets a restore; the last one takes the schema along.</summary>
    public static async ValueTask ForgetAsync(
        NpgsqlConnection connection, string id, CancellationToken cancellationToken)
    {
        if (!await IsThereAsync(connection, cancellationToken).ConfigureAwait(false))
            return;
        await connection.QueryAsync($"DELETE FROM {Table} WHERE id = $1", cancellationToken, id).ConfigureAwait(false);
        await connection.RunAsync(
            $"""
            DO $$ BEGIN
                PERFORM pg_advisory_xact_lock(4711);
                LOCK TABLE {Table} IN ACCESS EXCLUSIVE MODE;
                IF NOT EXISTS (SELECT 1 FROM {Table}) THEN DROP TABLE {Table}; END IF;
                IF NOT EXISTS (SELECT 1 FROM pg_class WHERE relnamespace = '{CatalogSql.OwnSchema}'::regnamespace) THEN
                    DROP SCHEMA {CatalogSql.OwnSchema};
                END IF;
            EXCEPTION WHEN undefined_table OR undefined_object OR dependent_objects_still_exist THEN NULL;
            END $$
            """, cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask PrepareAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        await connection.RunAsync(
            $"""
            DO $$ BEGIN
                PERFORM pg_advisory_xact_lock(4711);
                CREATE SCHEMA IF NOT EXISTS {CatalogSql.OwnSchema};
                CREATE TABLE IF NOT EXISTS {Table} (
                    id text PRIMARY KEY, turn text NOT NULL, place text, published boolean NOT NULL DEFAULT false);
            END $$
            """, cancellationToken).ConfigureAwait(false);

    private static async ValueTask<bool> IsThereAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var found = await connection.QueryAsync(
            $"SELECT to_regclass('{Table}') IS NOT NULL", cancellationToken).ConfigureAwait(false);
        return (bool)found[0][0]!;
    }

    private static async ValueTask RequireAsync(
        NpgsqlConnection home, string sql, string id, CancellationToken cancellationToken, params object[] parameters)
    {
        var rows = await home.QueryAsync(sql, cancellationToken, parameters).ConfigureAwait(false);
        if (rows.Count == 0)
            throw RestoreErrors.TakenOver(id);
    }
}
