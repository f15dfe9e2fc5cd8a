using Backup.Sql.Sqlite.History;
using Backup.Sql.Sqlite.Interop;

namespace Backup.Sql.Sqlite.Restore;

/// <summary>
/// The mark of a restore in a database that was there: written in the transaction that publishes it. Where history is
/// kept it is one of the settings, for a table of its own would look like a change of the schema that nobody saw.
/// </summary>
internal static class RestoreMark
{
    /// <summary>Sets the mark, in the transaction.</summary>
    public static void Set(Connection connection, string id)
    {
        var isTracked = HistoryState.IsTracked(connection);
        if (!isTracked)
        {
            connection.Execute(
                $"CREATE TABLE IF NOT EXISTS {HistoryNames.Published} (name PRIMARY KEY, value) WITHOUT ROWID");
        }

        var place = isTracked ? HistoryNames.Settings : HistoryNames.Published;
        connection.Execute($"REPLACE INTO {place} VALUES ({NameOf(id)}, 1)");
    }

    public static bool IsSet(Connection connection, string id) =>
        Places(connection).Any(place =>
            connection.QueryInteger($"SELECT count(*) FROM {place} WHERE name = {NameOf(id)}") > 0);

    /// <summary>Removes the mark, if it is there.</summary>
    public static void Clear(Connection connection, string id)
    {
        if (!IsSet(connection, id))
            return;
        connection.Execute("BEGIN IMMEDIATE");
        foreach (var place in Places(connection).ToList())
        {
            connection.Execute($"DELETE FROM {place} WHERE name = {NameOf(id)}");
            if (place == HistoryNames.Published && !HistoryState.IsTracked(connection)
                && connection.QueryInteger($"SELECT count(*) FROM {place}") == 0)
                connection.Execute($"DROP TABLE {place}");
        }

        connection.Execute("COMMIT");
    }

    private static string NameOf(string id) => Connection.Literal("restored " + id);

    private static IEnumerable<string> Places(Connection connection) =>
        new[] { HistoryNames.Settings, HistoryNames.Published }.Where(place => connection.QueryInteger(
            $"SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = {Connection.Literal(place)}") > 0);
}
