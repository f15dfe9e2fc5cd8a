using System.Globalization;
using System.Text.Json;
using Backup.Sql.Catalog;
using Backup.Sql.Postgres.Connections;
using Npgsql;

namespace Backup.Sql.Postgres.Changes;

/// <summary>
/// What the engine keeps in a database with change tracking, in a schema of its own that no backup carries: for how
/// long history is kept, the marks from which changes can be told, and who holds them.
/// </summary>
internal static class HistoryTables
{
    /// <summary>The publication that says which tables' changes the stream has.</summary>
    public const string Publication = "backupsql";

    private const string Make =
        """
        CREATE SCHEMA IF NOT EXISTS backupsql;
        CREATE TABLE IF NOT EXISTS backupsql.history (slot text NOT NULL, retention_us bigint NOT NULL);
        CREATE TABLE IF NOT EXISTS backupsql.marks (
          time bigint PRIMARY KEY, snapshot text NOT NULL, tables json NOT NULL);
        CREATE TABLE IF NOT EXISTS backupsql.holds (name text PRIMARY KEY, time bigint NOT NULL);
        TRUNCATE backupsql.history, backupsql.marks, backupsql.holds
        """;

    private const string Remove =
        "DROP TABLE IF EXISTS backupsql.history, backupsql.marks, backupsql.holds; "
        + "DROP PUBLICATION IF EXISTS backupsql";

    private const string Tracked =
        """
        SELECT pg_catalog.to_regclass('backupsql.history') IS NOT NULL AND NOT pg_catalog.pg_is_in_recovery(),
          (SELECT d.oid::int8 FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
        """;

    /// <summary>The name of a database's slot: slots are the server's, and a copy of a database has none.</summary>
    public static string SlotOf(long database) => string.Create(CultureInfo.InvariantCulture, $"backupsql_{database}");

    /// <summary>Makes the tables, or empties them.</summary>
    public static async ValueTask MakeAsync(
        NpgsqlConnection connection, string slot, TimeSpan retention, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(Make, cancellationToken).ConfigureAwait(false);
        await connection.QueryAsync(
            "INSERT INTO backupsql.history VALUES ($1, $2)", cancellationToken, slot, Microseconds(retention))
            .ConfigureAwait(false);
    }

    /// <summary>Removes all of it, and the schema when nothing else is in it.</summary>
    public static async ValueTask RemoveAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(Remove, cancellationToken).ConfigureAwait(false);
        var others = await connection.QueryAsync(
            "SELECT 1 FROM pg_catalog.pg_class WHERE relnamespace = 'backupsql'::pg_catalog.regnamespace LIMIT 1",
            cancellationToken).ConfigureAwait(false);
        if (others.Count == 0)
            await connection.ExecuteAsync("DROP SCHEMA backupsql", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Says for how long history is kept.</summary>
    public static async ValueTask SetRetentionAsync(
        NpgsqlConnection connection, TimeSpan retention, CancellationToken cancellationToken) =>
        await connection.QueryAsync(
            "UPDATE backupsql.history SET retention_us = $1", cancellationToken, Microseconds(retention))
            .ConfigureAwait(false);

    /// <summary>What is set in a database; null when its changes are not tracked.</summary>
    public static async ValueTask<HistorySetting?> FindAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var found = await connection.QueryAsync(Tracked, cancellationToken).ConfigureAwait(false);
        if (!(bool)found[0][0]!)
            return null;
        var slot = SlotOf((long)found[0][1]!);
        var rows = await connection.QueryAsync(
            "SELECT retention_us FROM backupsql.history WHERE slot = $1", cancellationToken, slot)
            .ConfigureAwait(false);
        return rows.Count == 0 ? null : new HistorySetting(slot, TimeSpan.FromMicroseconds((long)rows[0][0]!));
    }

    /// <summary>Writes a mark. When this returns it is durable, and so is all that was committed before it.</summary>
    public static async ValueTask AddMarkAsync(
        NpgsqlConnection connection, HistoryMark mark, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync("SET synchronous_commit = on", cancellationToken).ConfigureAwait(false);
        var tables = JsonSerializer.Serialize(
            mark.Tables.ToDictionary(pair => pair.Key.ToString(CultureInfo.InvariantCulture), pair => pair.Value),
            HistoryJson.Default.DictionaryStringString);
        await connection.QueryAsync(
            "INSERT INTO backupsql.marks VALUES ($1, $2, $3::json)", cancellationToken,
            mark.Time.WallTime, mark.Snapshot, tables).ConfigureAwait(false);
    }

    /// <summary>The mark of a time; null when there is none.</summary>
    public static async ValueTask<HistoryMark?> FindMarkAsync(
        NpgsqlConnection connection, HlcTimestamp time, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync(
            "SELECT time, snapshot, tables::text FROM backupsql.marks WHERE time = $1", cancellationToken,
            time.WallTime)
            .ConfigureAwait(false);
        return rows.Count == 0 ? null : Mark(rows[0]);
    }

    /// <summary>
    /// Removes the marks from which nobody will ask for changes any more.
    /// </summary>
    /// <param name="connection">A connection to the database.</param>
    /// <param name="before">Marks from this time on stay; so do those that somebody holds, and the newest.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The oldest mark that stays; null for none.</returns>
    public static async ValueTask<HistoryMark?> PruneAsync(
        NpgsqlConnection connection, HlcTimestamp before, CancellationToken cancellationToken)
    {
        await connection.QueryAsync(
            "DELETE FROM backupsql.marks WHERE time < least($1, (SELECT min(time) FROM backupsql.holds), "
                + "(SELECT max(time) FROM backupsql.marks))",
            cancellationToken, before.WallTime).ConfigureAwait(false);
        var rows = await connection.QueryAsync(
            "SELECT time, snapshot, tables::text FROM backupsql.marks ORDER BY time LIMIT 1", cancellationToken)
            .ConfigureAwait(false);
        return rows.Count == 0 ? null : Mark(rows[0]);
    }

    /// <summary>Places a hold.</summary>
    /// <returns>False when there is no mark as old as that.</returns>
    public static async ValueTask<bool> TryHoldAsync(
        NpgsqlConnection connection, string name, HlcTimestamp from, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync(
            """
            INSERT INTO backupsql.holds SELECT $1, $2 WHERE EXISTS (SELECT FROM backupsql.marks WHERE time <= $2)
            ON CONFLICT (name) DO UPDATE SET time = excluded.time RETURNING name
            """,
            cancellationToken, name, from.WallTime).ConfigureAwait(false);
        return rows.Count > 0;
    }

    /// <summary>Removes a hold.</summary>
    public static async ValueTask ReleaseAsync(
        NpgsqlConnection connection, string name, CancellationToken cancellationToken) =>
        await connection.QueryAsync("DELETE FROM backupsql.holds WHERE name = $1", cancellationToken, name)
            .ConfigureAwait(false);

    private static HistoryMark Mark(object?[] row) => new(
        new HlcTimestamp((long)row[0]!), (string)row[1]!,
        JsonSerializer.Deserialize((string)row[2]!, HistoryJson.Default.DictionaryStringString)!
            .ToDictionary(pair => uint.Parse(pair.Key, CultureInfo.InvariantCulture), pair => pair.Value));

    private static long Microseconds(TimeSpan span) => span.Ticks / TimeSpan.TicksPerMicrosecond;
}
