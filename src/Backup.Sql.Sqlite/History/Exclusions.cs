using Backup.Sql.Sqlite.Catalog;
using Backup.Sql.Sqlite.Interop;

namespace Backup.Sql.Sqlite.History;

/// <summary>The tables of a database whose rows stay out of backups.</summary>
internal static class Exclusions
{
    /// <summary>Their names.</summary>
    public static HashSet<string> Read(Connection connection, IReadOnlyList<MasterRow> master)
    {
        var names = master.Where(HistoryNames.IsExclusion).Select(row => row.Table)
            .ToHashSet(AsciiIgnoreCaseComparer.Instance);
        if (!master.Any(row => row.Name == HistoryNames.Excluded))
            return names;
        using var rows = connection.Prepare($"SELECT name FROM {HistoryNames.Excluded}");
        while (rows.Step())
            names.Add(rows.Text(0));
        return names;
    }

    /// <summary>Leaves out the rows of a table.</summary>
    public static void Add(Connection connection, string table, bool isVirtual)
    {
        if (isVirtual)
        {
            connection.Execute(
                $"CREATE TABLE IF NOT EXISTS {HistoryNames.Excluded} (name PRIMARY KEY COLLATE NOCASE) WITHOUT ROWID");
            connection.Execute($"REPLACE INTO {HistoryNames.Excluded} VALUES ({Connection.Literal(table)})");
            return;
        }

        // It is for a column that no table has: no statement is ever compiled with it.
        var number = 1L;
        while (connection.QueryInteger(
            $"SELECT count(*) FROM sqlite_master WHERE name = {Connection.Literal(Name(number))}") > 0)
            number++;
        connection.Execute(
            $"CREATE TRIGGER {Connection.Quote(Name(number))} BEFORE UPDATE OF {HistoryNames.Excluded} "
            + $"ON {Connection.Quote(table)} WHEN 0 BEGIN SELECT 0; END");
    }

    /// <summary>Takes in the rows of a table again.</summary>
    public static void Remove(Connection connection, string table)
    {
        var master = SchemaReader.ReadMaster(connection);
        foreach (var trigger in master.Where(row =>
            HistoryNames.IsExclusion(row) && AsciiIgnoreCaseComparer.Instance.Equals(row.Table, table)))
        {
            connection.Execute($"DROP TRIGGER {Connection.Quote(trigger.Name)}");
        }

        if (!master.Exists(row => row.Name == HistoryNames.Excluded))
            return;
        connection.Execute($"DELETE FROM {HistoryNames.Excluded} WHERE name = {Connection.Literal(table)}");
        if (connection.QueryInteger($"SELECT count(*) FROM {HistoryNames.Excluded}") == 0)
            connection.Execute($"DROP TABLE {HistoryNames.Excluded}");
    }

    private static string Name(long number) => $"{HistoryNames.Excluded}_{Connection.Literal(number)}";
}
