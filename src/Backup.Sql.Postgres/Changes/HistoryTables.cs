using System.Globalization;
using System.Text.Json;
using Backup.Sql.Catalog;
using Backup.Sql.Postgres.Connections;
using Npgsql;
using NpgsqlTypes;

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
        DROP TABLE IF EXISTS backupsql.history, backupsql.marks, backupsql.catalogs, backupsql.holds;
        CREATE TABLE backupsql.history (
          slot text NOT NULL, retention_us bigint NOT NULL, is_behind boolean NOT NULL DEFAULT false);
        CREATE TABLE backupsql.catalogs (id bigint PRIMARY KEY, fingerprint text NOT NULL, objects text NOT NULL);
        CREATE TABLE backupsql.marks (
          time bigint PRIMARY KEY, snapshot text NOT NULL, tables json NOT NULL, catalog bigint NOT NULL,
          rows json NOT NULL DEFAULT '{}', place pg_lsn);
        CREATE TABLE backupsql.holds (name text PRIMARY KEY, time bigint NOT NULL);
        CREATE TABLE IF NOT EXISTS backupsql.identities (relation oid PRIMARY KEY)
        """;

    private const string Remove =
        "DROP TABLE IF EXISTS backupsql.history, backupsql.marks, backupsql.catalogs, backupsql.holds, "
        + "backupsql.identities; DROP PUBLICATION IF EXISTS backupsql";

    private const string Tracked =
        """
        SELECT pg_catalog.to_regclass('backupsql.catalogs') IS NOT NULL AND NOT pg_catalog.pg_is_in_recovery(),
          (SELECT d.oid::int8 FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
        """;

    /// <summary>The name of a database's slot: slots are the server's, and a copy of a database has none.</summary>
    public static string SlotOf(long database) => string.Create(CultureInfo.InvariantCulture, $"backupsql_{database}");

    /// <summary>Forgets all marks, before there is a slot that knows nothing of what came after them.</summary>
    public static async ValueTask ForgetAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var found = await connection.QueryAsync(
            "SELECT pg_catalog.to_regclass('backupsql.marks') IS NOT NULL", cancellationToken).ConfigureAwait(false);
        if ((bool)found[0][0]!)
            await connection.ExecuteAsync("DELETE FROM backupsql.marks", cancellationToken).ConfigureAwait(false);
    }

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
            "SELECT 1 FROM pg_catalog.pg_class WHERE relnamespace = pg_catalog.to_regnamespace('backupsql') LIMIT 1",
            cancellationToken).ConfigureAwait(false);
        if (others.Count == 0)
            await connection.ExecuteAsync("DROP SCHEMA IF EXISTS backupsql", cancellationToken).ConfigureAwait(false);
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

    /// <summary>The number of a catalog that is known already; null for one that is not.</summary>
    public static async ValueTask<long?> FindCatalogAsync(
        NpgsqlConnection connection, string fingerprint, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync(
            "SELECT id FROM backupsql.catalogs WHERE fingerprint = $1 "
            + "AND id = (SELECT catalog FROM backupsql.marks ORDER BY time DESC LIMIT 1)",
            cancellationToken, fingerprint).ConfigureAwait(false);
        return rows.Count == 0 ? null : (long)rows[0][0]!;
    }

    /// <summary>Keeps a catalog, under the time of the first mark that saw it.</summary>
    public static async ValueTask AddCatalogAsync(
        NpgsqlConnection connection, long number, string fingerprint, string objects,
        CancellationToken cancellationToken) =>
        await connection.QueryAsync(
            "INSERT INTO backupsql.catalogs VALUES ($1, $2, $3)", cancellationToken, number, fingerprint, objects)
            .ConfigureAwait(false);

    /// <summary>The objects of a catalog.</summary>
    public static async ValueTask<string> ReadCatalogAsync(
        NpgsqlConnection connection, long number, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync(
            "SELECT objects FROM backupsql.catalogs WHERE id = $1", cancellationToken, number).ConfigureAwait(false);
        return (string)rows[0][0]!;
    }

    /// <summary>Writes a mark. When this returns it is durable, and so is all that was committed before it.</summary>
    public static async ValueTask AddMarkAsync(
        NpgsqlConnection connection, HistoryMark mark, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync("SET synchronous_commit = on", cancellationToken).ConfigureAwait(false);
        await connection.QueryAsync(
            "INSERT INTO backupsql.marks VALUES ($1, $2, $3::json, $4)", cancellationToken,
            mark.Time.WallTime, mark.Snapshot, Write(mark.Tables), mark.Catalog).ConfigureAwait(false);
    }

    /// <summary>Adds to a mark how many rows tables had.</summary>
    public static async ValueTask AddRowsAsync(
        NpgsqlConnection connection, HlcTimestamp time, IEnumerable<KeyValuePair<uint, long>> rows,
        CancellationToken cancellationToken) =>
        await connection.QueryAsync(
            "UPDATE backupsql.marks SET rows = (rows::jsonb || $2::jsonb)::json WHERE time = $1", cancellationToken,
            time.WallTime,
            Write(rows.ToDictionary(pair => pair.Key, pair => pair.Value.ToString(CultureInfo.InvariantCulture))))
            .ConfigureAwait(false);

    /// <summary>Adds to a mark the place in the log before which it has seen every commit.</summary>
    public static async ValueTask AddPlaceAsync(
        NpgsqlConnection connection, HlcTimestamp time, NpgsqlLogSequenceNumber place,
        CancellationToken cancellationToken) =>
        await connection.QueryAsync(
            "UPDATE backupsql.marks SET place = $2::text::pg_catalog.pg_lsn WHERE time = $1", cancellationToken,
            time.WallTime, place.ToString()).ConfigureAwait(false);

    /// <summary>A place before which a mark has seen every commit, the furthest known; null for none.</summary>
    public static async ValueTask<NpgsqlLogSequenceNumber?> FindPlaceAsync(
        NpgsqlConnection connection, HlcTimestamp time, CancellationToken cancellationToken)
    {
        // What one mark has seen, those after it have.
        var rows = await connection.QueryAsync(
            "SELECT max(place) FROM backupsql.marks WHERE time <= $1", cancellationToken, time.WallTime)
            .ConfigureAwait(false);
        return (NpgsqlLogSequenceNumber?)rows[0][0];
    }

    /// <summary>The last mark that is not later than a time; null when there is none.</summary>
    public static ValueTask<HistoryMark?> FindMarkAsync(
        NpgsqlConnection connection, HlcTimestamp time, CancellationToken cancellationToken) =>
        FirstAsync(connection, "WHERE time <= $1 ORDER BY time DESC LIMIT 1", cancellationToken, time.WallTime);

    /// <summary>The first mark that is later than a time; null when there is none.</summary>
    public static ValueTask<HistoryMark?> FindNextMarkAsync(
        NpgsqlConnection connection, HlcTimestamp time, CancellationToken cancellationToken) =>
        FirstAsync(connection, "WHERE time > $1 ORDER BY time LIMIT 1", cancellationToken, time.WallTime);

    /// <summary>The oldest mark; null when there is none.</summary>
    public static ValueTask<HistoryMark?> FindOldestAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken) =>
        FirstAsync(connection, "ORDER BY time LIMIT 1", cancellationToken);

    /// <summary>The time of the newest mark; zero when there is none.</summary>
    public static async ValueTask<HlcTimestamp> NewestAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync("SELECT coalesce(max(time), 0) FROM backupsql.marks", cancellationToken)
            .ConfigureAwait(false);
        return new HlcTimestamp((long)rows[0][0]!);
    }

    /// <summary>What the marks of a window saw, the oldest first.</summary>
    public static async ValueTask<IReadOnlyList<(HlcTimestamp Time, SeenTransactions Seen)>> ListAsync(
        NpgsqlConnection connection, HlcTimestamp from, HlcTimestamp to, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync(
            "SELECT time, snapshot FROM backupsql.marks WHERE time BETWEEN $1 AND $2 ORDER BY time",
            cancellationToken, from.WallTime, to.WallTime).ConfigureAwait(false);
        return [.. rows.Select(row => (
            new HlcTimestamp((long)row[0]!), SeenTransactions.Parse((string)row[1]!)))];
    }

    /// <summary>The first mark of a window at which some relations had the stamps that they have at its end.</summary>
    public static async ValueTask<HlcTimestamp> FindSinceAsync(
        NpgsqlConnection connection, IReadOnlyDictionary<uint, string> stamps, HlcTimestamp from, HlcTimestamp to,
        CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync(
            "SELECT coalesce(min(time), $2) FROM backupsql.marks "
            + "WHERE time BETWEEN $1 AND $2 AND tables::jsonb @> $3::jsonb",
            cancellationToken, from.WallTime, to.WallTime, Write(stamps)).ConfigureAwait(false);
        return new HlcTimestamp((long)rows[0][0]!);
    }

    /// <summary>The times of the marks of a window that saw another catalog than the mark before them.</summary>
    public static async ValueTask<IReadOnlyList<HlcTimestamp>> CatalogChangesAsync(
        NpgsqlConnection connection, HlcTimestamp after, HlcTimestamp upTo, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync(
            """
            SELECT time FROM (
              SELECT time, catalog, lag(catalog) OVER (ORDER BY time) AS before FROM backupsql.marks) m
            WHERE catalog <> before AND time > $1 AND time <= $2 ORDER BY time
            """,
            cancellationToken, after.WallTime, upTo.WallTime).ConfigureAwait(false);
        return [.. rows.Select(row => new HlcTimestamp((long)row[0]!))];
    }

    /// <summary>
    /// Removes the marks from which nobody will ask for changes any more: those before the last one that is not later
    /// than the horizon, and than every hold.
    /// </summary>
    /// <param name="connection">A connection to the database.</param>
    /// <param name="horizon">What happened from this time on stays known.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>True when the slot may be behind the oldest mark that stays, by this call or an earlier one.</returns>
    public static async ValueTask<bool> PruneAsync(
        NpgsqlConnection connection, HlcTimestamp horizon, CancellationToken cancellationToken)
    {
        var behind = await connection.QueryAsync(
            """
            WITH gone AS (
              DELETE FROM backupsql.marks WHERE time < (SELECT max(time) FROM backupsql.marks
                WHERE time <= least($1, (SELECT min(time) FROM backupsql.holds)))
              RETURNING time)
            UPDATE backupsql.history SET is_behind = true WHERE is_behind OR EXISTS (SELECT FROM gone)
            RETURNING slot
            """,
            cancellationToken, horizon.WallTime).ConfigureAwait(false);
        if (behind.Count == 0)
            return false;
        await connection.ExecuteAsync(
            "DELETE FROM backupsql.catalogs WHERE id NOT IN (SELECT catalog FROM backupsql.marks)", cancellationToken)
            .ConfigureAwait(false);
        return true;
    }

    /// <summary>Says that the slot has come to the oldest mark.</summary>
    public static ValueTask CatchUpAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.ExecuteAsync("UPDATE backupsql.history SET is_behind = false WHERE is_behind", cancellationToken);

    /// <summary>Places a hold.</summary>
    /// <param name="connection">A connection to the database.</param>
    /// <param name="name">The hold's name.</param>
    /// <param name="from">From when on; zero for all that is kept.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>False when there is no mark as old as that: what there is is held all the same.</returns>
    public static async ValueTask<bool> HoldAsync(
        NpgsqlConnection connection, string name, HlcTimestamp from, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync(
            """
            INSERT INTO backupsql.holds VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET time = excluded.time
            RETURNING $2 = 0 OR EXISTS (SELECT FROM backupsql.marks WHERE time <= $2)
            """,
            cancellationToken, name, from.WallTime).ConfigureAwait(false);
        return (bool)rows[0][0]!;
    }

    /// <summary>Removes a hold.</summary>
    public static async ValueTask ReleaseAsync(
        NpgsqlConnection connection, string name, CancellationToken cancellationToken) =>
        await connection.QueryAsync("DELETE FROM backupsql.holds WHERE name = $1", cancellationToken, name)
            .ConfigureAwait(false);

    private static HistoryMark Mark(object?[] row) => new(
        new HlcTimestamp((long)row[0]!), (string)row[1]!,
        Read((string)row[2]!),
        (long)row[3]!)
    {
        Rows = Read((string)row[4]!)
            .ToDictionary(pair => pair.Key, pair => long.Parse(pair.Value, CultureInfo.InvariantCulture)),
    };

    private static Dictionary<uint, string> Read(string texts) =>
        JsonSerializer.Deserialize(texts, HistoryJson.Default.DictionaryStringString)!
            .ToDictionary(pair => uint.Parse(pair.Key, CultureInfo.InvariantCulture), pair => pair.Value);

    private static string Write(IReadOnlyDictionary<uint, string> stamps) => JsonSerializer.Serialize(
        stamps.ToDictionary(pair => pair.Key.ToString(CultureInfo.InvariantCulture), pair => pair.Value),
        HistoryJson.Default.DictionaryStringString);

    private static async ValueTask<HistoryMark?> FirstAsync(
        NpgsqlConnection connection, string which, CancellationToken cancellationToken, params object[] parameters)
    {
        var rows = await connection.QueryAsync(
            $"SELECT time, snapshot, tables::text, catalog, rows::text FROM backupsql.marks {which}", cancellationToken, parameters)
            .ConfigureAwait(false);
        return rows.Count == 0 ? null : Mark(rows[0]);
    }

    private static long Microseconds(TimeSpan span) => span.Ticks / TimeSpan.TicksPerMicrosecond;
}
