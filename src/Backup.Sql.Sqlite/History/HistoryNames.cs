using System.Globalization;

namespace Backup.Sql.Sqlite.History;

/// <summary>
/// Names of what the engine keeps inside a database. Catalogs hide all of it; it travels inside the pages.
/// </summary>
internal static class HistoryNames
{
    /// <summary>What all of it begins with.</summary>
    public const string Prefix = "_backupsql_";

    /// <summary>Cut points: <c>id, time</c> in microseconds, the schema of that moment, two pragmas.</summary>
    public const string Marks = Prefix + "mark";

    /// <summary>What <c>sqlite_master</c> held, from one mark on.</summary>
    public const string Schemas = Prefix + "schema";

    /// <summary>The tables as they are and were tracked.</summary>
    public const string Tables = Prefix + "table";

    /// <summary>AUTOINCREMENT counters, from one mark on.</summary>
    public const string Counters = Prefix + "counter";

    /// <summary>What keeps old rows from being removed.</summary>
    public const string Holds = Prefix + "hold";

    /// <summary>How long history is kept, and the schema version that was seen last.</summary>
    public const string Settings = Prefix + "setting";

    /// <summary>A row with rowid 7 that tells whether VACUUM gave rows other ids.</summary>
    public const string Canary = Prefix + "canary";

    /// <summary>Tables whose rows stay out of backups; there without tracking too.</summary>
    public const string Excluded = Prefix + "excluded";

    /// <summary>Restores that were published into a database without tracking, until they are forgotten.</summary>
    public const string Published = Prefix + "published";

    /// <summary>The tables above, but for the logs, <see cref="Excluded"/> and <see cref="Published"/>.</summary>
    public static readonly string[] Own = [Marks, Schemas, Tables, Counters, Holds, Settings, Canary];

    /// <summary>The log of a table's definition.</summary>
    public static string Log(long number) => Prefix + "log_" + number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A trigger of a table's definition.</summary>
    public static string Trigger(long number, string moment) =>
        Prefix + number.ToString(CultureInfo.InvariantCulture) + "_" + moment;

    public static bool IsOwn(string name) => name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase);
}
