using System.Globalization;
using Backup.Sql.Sqlite.Catalog;

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

    /// <summary>
    /// How far the logs had got at a mark: <c>number</c> of the definition, <c>mark</c>, <c>seq</c> of the last line.
    /// Only where lines had come since the mark before.
    /// </summary>
    public const string Lines = Prefix + "line";

    /// <summary>What <c>sqlite_master</c> held, from one mark on.</summary>
    public const string Schemas = Prefix + "schema";

    /// <summary>The tables as they are and were tracked.</summary>
    public const string Tables = Prefix + "table";

    /// <summary>AUTOINCREMENT counters, from one mark on.</summary>
    public const string Counters = Prefix + "counter";

    /// <summary>What keeps old rows from being removed.</summary>
    public const string Holds = Prefix + "hold";

    /// <summary>
    /// The sum of a table's rows when it was last read whole: <c>number</c> of the definition, <c>mark</c>, two halves.
    /// </summary>
    public const string Proofs = Prefix + "proof";

    /// <summary>How long history is kept, and the schema version that was seen last.</summary>
    public const string Settings = Prefix + "setting";

    /// <summary>A row with rowid 7 that tells whether VACUUM gave rows other ids.</summary>
    public const string Canary = Prefix + "canary";

    /// <summary>
    /// Virtual tables whose rows stay out of backups; there without tracking too. Another table is told by a trigger of
    /// that name and a number, which never fires and goes along when the table is renamed.
    /// </summary>
    public const string Excluded = Prefix + "excluded";

    /// <summary>Restores that were published into a database without tracking, until they are forgotten.</summary>
    public const string Published = Prefix + "published";

    /// <summary>The tables above, but for the logs, <see cref="Excluded"/> and <see cref="Published"/>.</summary>
    public static readonly string[] Own = [Marks, Lines, Schemas, Tables, Counters, Holds, Proofs, Settings, Canary];

    /// <summary>A trigger that tells that the rows of its table stay out of backups.</summary>
    public static bool IsExclusion(MasterRow row) =>
        row.Type == "trigger" && row.Name.StartsWith(Excluded, StringComparison.OrdinalIgnoreCase);

    /// <summary>The log of a table's definition.</summary>
    public static string Log(long number) => Prefix + "log_" + number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A trigger of a table's definition.</summary>
    public static string Trigger(long number, string moment) =>
        Prefix + number.ToString(CultureInfo.InvariantCulture) + "_" + moment;

    public static bool IsOwn(string name) => name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase);
}
