using System.Globalization;

namespace Backup.Sql.Sqlite.Catalog;

/// <summary>Names of what descriptors carry beyond the neutral members. They are part of the format.</summary>
internal static class SqliteProperties
{
    /// <summary>Of a table: the AUTOINCREMENT counter out of <c>sqlite_sequence</c>.</summary>
    public const string Sequence = "sqlite.sequence";

    /// <summary>Of a virtual table: its module.</summary>
    public const string Module = "sqlite.module";

    /// <summary>
    /// Of a virtual table: followed by a number, name and DDL of a table in which the module keeps its data. Rows of
    /// all of them travel as rows of the virtual table, their keys led by that number.
    /// </summary>
    private const string Shadow = "sqlite.shadow.";

    /// <summary>
    /// Of a table: followed by an index name or nothing, a line of the optimizer's <c>sqlite_stat1</c>.
    /// </summary>
    public const string Statistics = "sqlite.stat1.";

    /// <summary>Of a database: followed by the name of a pragma, its value.</summary>
    public const string Pragma = "sqlite.pragma.";

    /// <summary>The pragmas that shape a database and are kept in its file.</summary>
    public static readonly string[] Pragmas =
        ["encoding", "page_size", "auto_vacuum", "user_version", "application_id", "journal_mode"];

    /// <summary>The name for the DDL of one of the tables of a virtual table.</summary>
    public static string ShadowOf(int number) => Shadow + number.ToString(CultureInfo.InvariantCulture);
}
