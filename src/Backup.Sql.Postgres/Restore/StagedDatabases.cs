using Backup.Sql.Postgres.Catalog;
using Backup.Sql.Postgres.Connections;
using Npgsql;

namespace Backup.Sql.Postgres.Restore;

/// <summary>
/// The databases that restores build under names of their own. Who builds one holds a lock of its name for as long as
/// his connection lives: what nobody holds was left behind by a process that died.
/// </summary>
internal static class StagedDatabases
{
    public const string Prefix = "backupsql_restore_";
    private const int LongestId = 24;

    /// <summary>A name that nobody else takes.</summary>
    /// <param name="connection">Any connection.</param>
    /// <param name="id">The restore.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public static async ValueTask<string> NameAsync(
        NpgsqlConnection connection, string id, CancellationToken cancellationToken)
    {
        var chance = await connection.QueryAsync(
            "SELECT left(replace(gen_random_uuid()::text, '-', ''), 12)", cancellationToken).ConfigureAwait(false);
        return $"{Prefix}{(id.Length > LongestId ? id[..LongestId] : id)}_{chance[0][0]}";
    }

    /// <summary>Makes an empty database under a staging name.</summary>
    /// <param name="connection">Lives as long as the restore.</param>
    /// <param name="name">The name.</param>
    /// <param name="like">The source; null to take the server's usual settings.</param>
    /// <param name="notices">Takes what cannot be had here.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public static async ValueTask CreateAsync(
        NpgsqlConnection connection, string name, DatabaseDefinition? like, NoticeList notices,
        CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync($"SELECT pg_advisory_lock({LockOf(name)})", cancellationToken)
            .ConfigureAwait(false);
        var start = $"CREATE DATABASE {Quote.Name(name)} TEMPLATE template0 ENCODING ";
        if (like is null)
        {
            await connection.MakeAsync("a database", $"{start}'UTF8'", cancellationToken).ConfigureAwait(false);
            return;
        }

        var isIcu = like.Provider == "i" && connection.PostgreSqlVersion.Major >= 15;
        var locale = $"LC_COLLATE {Quote.Text(like.Collate)} LC_CTYPE {Quote.Text(like.Ctype)}"
            + (isIcu ? $" LOCALE_PROVIDER icu ICU_LOCALE {Quote.Text(like.IcuLocale ?? "und")}" : "");
        try
        {
            await connection.RunAsync($"{start}{Quote.Text(like.Encoding)} {locale}", cancellationToken)
                .ConfigureAwait(false);
        }
        catch (PostgresException failure) when (failure.SqlState is PostgresErrorCodes.WrongObjectType
            or PostgresErrorCodes.InvalidParameterValue)
        {
            notices.Add($"locale {like.Collate} does not exist here: the database has the server's own");
            await connection.MakeAsync("a database", $"{start}{Quote.Text(like.Encoding)}", cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception failure) when (PostgresErrors.IsDrivers(failure))
        {
            throw PostgresErrors.From("a database could not be made", failure);
        }
    }

    /// <summary>Removes what processes that died have left, and what is staged under an id.</summary>
    /// <param name="connection">A connection to the maintenance database.</param>
    /// <param name="id">The restore whose databases go even if somebody works on them; null for none.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public static async ValueTask CleanAsync(
        NpgsqlConnection connection, string? id, CancellationToken cancellationToken)
    {
        var names = await connection.QueryAsync(
            $"SELECT datname::text FROM pg_database WHERE starts_with(datname, '{Prefix}')", cancellationToken)
            .ConfigureAwait(false);
        foreach (var name in names.Select(row => (string)row[0]!))
        {
            var isOurs = id is not null && name.StartsWith($"{Prefix}{id}_", StringComparison.Ordinal);
            var free = await connection.QueryAsync(
                $"SELECT pg_try_advisory_lock({LockOf(name)})", cancellationToken).ConfigureAwait(false);
            if (!isOurs && !(bool)free[0][0]!)
                continue;
            await DropAsync(connection, name, cancellationToken).ConfigureAwait(false);
            if ((bool)free[0][0]!)
                await connection.ExecuteAsync($"SELECT pg_advisory_unlock({LockOf(name)})", cancellationToken)
                    .ConfigureAwait(false);
        }
    }

    /// <summary>Drops a staged database.</summary>
    public static async ValueTask DropAsync(
        NpgsqlConnection connection, string name, CancellationToken cancellationToken)
    {
        try
        {
            await connection.ExecuteAsync(
                $"DROP DATABASE IF EXISTS {Quote.Name(name)} WITH (FORCE)", cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException failure) when (failure.SqlState
            is PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.ObjectInUse)
        {
            // Another user's; or somebody else is dropping it.
        }
    }

    private static string LockOf(string name) => $"hashtextextended({Quote.Text(name)}, 4711)";
}
