using System.Text;

namespace Backup.Sql.Scenarios.Fixture;

/// <summary>
/// Everything that two SQLite databases must agree in: the text of the schema, then every row of every table with row
/// id, storage class and bytes. Where pages lie is left out; <see cref="Pages"/> is for that.
/// </summary>
internal static class SqliteDump
{
    /// <summary>What the engine keeps inside a database is not the user's.</summary>
    private const string IsUsers = "name NOT LIKE '\\_backupsql\\_%' ESCAPE '\\'";

    /// <summary>The whole database as text; equal databases give equal texts.</summary>
    public static string Of(string path)
    {
        using var connection = new SqliteConnection(path);
        var text = new StringBuilder();
        foreach (var pragma in new[] { "user_version", "application_id", "encoding" })
            text.Append(pragma).Append(" = ").Append(connection.Query($"PRAGMA {pragma}").Rows[0][0]).Append('\n');
        foreach (var line in connection.ExactRows($"SELECT type, name, tbl_name, sql FROM sqlite_master WHERE {IsUsers} ORDER BY 1, 2"))
            text.Append(line).Append('\n');
        foreach (var table in Tables(connection))
            AppendTable(connection, table, text);
        return text.ToString();
    }

    /// <summary>The rows of one table as text.</summary>
    public static string Of(string path, string table)
    {
        using var connection = new SqliteConnection(path);
        var text = new StringBuilder();
        AppendTable(connection, table, text);
        return text.ToString();
    }

    /// <summary>What SQLite itself finds wrong; <c>ok</c> when nothing is.</summary>
    public static string IntegrityCheck(string path)
    {
        using var connection = new SqliteConnection(path);
        return string.Join('\n', connection.Query("PRAGMA integrity_check").Rows.Select(row => row[0]));
    }

    /// <summary>The database file's bytes, with everything in it: nobody else may have it open.</summary>
    public static byte[] Pages(string path)
    {
        SqliteConnection.Run(path, "PRAGMA wal_checkpoint(TRUNCATE)");
        return File.ReadAllBytes(path);
    }

    private static List<string> Tables(SqliteConnection connection) =>
        [.. connection.Query($"SELECT name FROM sqlite_master WHERE type = 'table' AND {IsUsers} ORDER BY name").Rows.Select(r => (string)r[0]!)];

    private static void AppendTable(SqliteConnection connection, string table, StringBuilder text)
    {
        var quoted = "\"" + table.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
        text.Append("-- ").Append(table).Append('\n');
        var hasRowId = true;
        try
        {
            connection.Query($"SELECT rowid FROM {quoted} LIMIT 1");
        }
        catch (InvalidOperationException)
        {
            hasRowId = false;
        }

        var rows = connection.ExactRows(hasRowId ? $"SELECT rowid, * FROM {quoted} ORDER BY rowid" : $"SELECT * FROM {quoted}");
        foreach (var row in hasRowId ? rows : rows.Order(StringComparer.Ordinal))
            text.Append(row).Append('\n');
    }
}
