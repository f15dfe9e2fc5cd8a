using Backup.Sql.Sqlite.Catalog;
using Backup.Sql.Sqlite.Interop;

namespace Backup.Sql.Sqlite.History;

/// <summary>Makes the objects of a schema in an empty database, and the AUTOINCREMENT counters, but no rows.</summary>
internal static class HistorySkeleton
{
    /// <summary>Makes what of a schema is not there.</summary>
    public static void Build(Connection connection, List<MasterRow> schema, Dictionary<string, string> counters)
    {
        const int defensive = 1010;
        connection.Configure(defensive, false);
        connection.Execute("PRAGMA legacy_alter_table=ON");
        CreateTables(connection, schema);
        CreateTheRest(connection, schema);
        SetCounters(connection, counters);
    }

    public static void CreateTables(Connection connection, List<MasterRow> schema)
    {
        var there = NamesOf(connection, "table");
        var missing = schema.Where(row => row.Type == "table" && row.RootPage != 0 && !there.Contains(row.Name));
        foreach (var table in missing)
            connection.Execute(table.Sql!);
    }

    /// <summary>Virtual tables as rows of the schema, without their modules; indexes, views and triggers.</summary>
    public static void CreateTheRest(Connection connection, List<MasterRow> schema)
    {
        var (tables, indexes) = (NamesOf(connection, "table"), NamesOf(connection, "index"));
        foreach (var row in schema)
        {
            if (row.Type == "table" && row.RootPage == 0 && !tables.Contains(row.Name))
            {
                ChangeSchema(
                    connection,
                    "INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql) VALUES ('table', "
                    + $"{Connection.Literal(row.Name)}, {Connection.Literal(row.Name)}, 0, {Connection.Literal(row.Sql!)})");
            }
            else if (row.Type is "view" or "trigger" || (row.Type == "index" && !indexes.Contains(row.Name)))
            {
                connection.Execute(row.Sql!);
            }
        }
    }

    public static void SetCounters(Connection connection, Dictionary<string, string> counters)
    {
        if (!NamesOf(connection, "table").Contains("sqlite_sequence"))
            return;
        connection.Execute("DELETE FROM sqlite_sequence");
        foreach (var (table, value) in counters)
        {
            using var insert = connection.Prepare(
                "INSERT INTO sqlite_sequence (name, seq) VALUES (?1, CAST(?2 AS INTEGER))");
            insert.BindText(1, table);
            insert.BindText(2, value);
            insert.Step();
        }
    }

    /// <summary>Changes <c>sqlite_master</c> itself.</summary>
    public static void ChangeSchema(Connection connection, string sql)
    {
        connection.Execute("PRAGMA writable_schema=ON");
        connection.Execute(sql);
        connection.Execute("PRAGMA writable_schema=RESET");
    }

    private static HashSet<string> NamesOf(Connection connection, string type) => SchemaReader.ReadMaster(connection)
        .Where(row => row.Type == type).Select(row => row.Name).ToHashSet(AsciiIgnoreCaseComparer.Instance);
}
