namespace Backup.Sql.Diagnostics;

/// <content>Errors found before anything is read or written: names, options, values, times.</content>
internal static partial class Errors
{
    public static BackupSqlException CannotExecute(string statement, TextPlace place) =>
        At(place, SqlStates.FeatureNotSupported, $"{statement} is understood but cannot be executed by this version",
            "Use one of the statements that the README lists as executable.");

    /// <summary>Something that other systems have and this one does not, with what does its work here.</summary>
    public static BackupSqlException NotOffered(string what, string instead, TextPlace place) =>
        At(place, SqlStates.FeatureNotSupported, $"{what} is understood, but there is nothing like it here", instead);

    public static BackupSqlException OptionNotSupported(string option, TextPlace place, string? hint = null) =>
        At(place, SqlStates.FeatureNotSupported,
            $"option {option} is understood but cannot be honoured by this version",
            hint ?? $"Leave {option} out.");

    public static BackupSqlException DatabaseNotFound(string name, IEnumerable<string> known, TextPlace place) =>
        At(place, SqlStates.UndefinedDatabase, $"there is no database \"{name}\"",
            Nearest(name, known, "The databases are: ", "There is no database at all here."));

    public static BackupSqlException TableNotFound(string name, IEnumerable<string> known, TextPlace place) =>
        At(place, SqlStates.UndefinedTable, $"there is no table, view or sequence \"{name}\"",
            Nearest(name, known, "There are: ", "There is none in that database."));

    public static BackupSqlException NothingMatches(string pattern, TextPlace place) =>
        At(place, SqlStates.UndefinedTable, $"nothing matches \"{pattern}\"",
            "Name a schema or a database that holds tables.");

    public static BackupSqlException AmbiguousName(string name, TextPlace place) =>
        At(place, SqlStates.AmbiguousName, $"name \"{name}\" is ambiguous",
            "Two objects differ in case alone; quote the name in the spelling that it is stored in.");

    public static BackupSqlException NoCurrentDatabase(string name, TextPlace place) =>
        At(place, SqlStates.UndefinedDatabase, $"\"{name}\" needs a database, and the session has none",
            $"Write the database in front: shop.{name}");

    public static BackupSqlException EngineNotFound(string name, IEnumerable<string> known, TextPlace place) =>
        At(place, SqlStates.UndefinedObject, $"no engine is registered as \"{name}\"",
            Nearest(name, known, "Registered are: ", "None is registered."));

    public static BackupSqlException MissingParameter(int number, TextPlace place) =>
        At(place, SqlStates.UndefinedParameter, $"no value was given for ${number}",
            "Pass one value per placeholder; $1 is the first.");

    public static BackupSqlException ParameterIsNull(int number, TextPlace place) =>
        At(place, SqlStates.InvalidParameterValue, $"the value of ${number} is null where text is needed",
            "Pass a string.");

    public static BackupSqlException InvalidOptionValue(
        string option, string value, string expected, TextPlace place) =>
        At(place, SqlStates.InvalidParameterValue, $"\"{value}\" is no value for {option}", $"Give {expected}.");

    public static BackupSqlException UnknownSetting(string name, IEnumerable<string> known, TextPlace place) =>
        At(place, SqlStates.UndefinedObject, $"there is no cluster setting \"{name}\"",
            NearestName.Find(name, known) is { } nearest
                ? $"Did you mean \"{nearest}\"?"
                : "List them with: SHOW CLUSTER SETTINGS");

    public static BackupSqlException OptionsConflict(string one, string other, TextPlace place) =>
        At(place, SqlStates.InvalidStatement, $"{one} and {other} exclude each other",
            $"Keep one of {one} and {other}.");

    public static BackupSqlException OptionNeeds(string option, string needed, TextPlace place) =>
        At(place, SqlStates.InvalidStatement, $"{option} needs {needed}", $"Add {needed}, or leave {option} out.");

    public static BackupSqlException OptionOnlyFor(string option, string what, TextPlace place) =>
        At(place, SqlStates.InvalidStatement, $"{option} can only be used with {what}",
            $"Leave {option} out, or restore {what}.");

    public static BackupSqlException DuplicateName(string name, TextPlace place) =>
        At(place, SqlStates.DuplicateObject, $"name \"{name}\" is given twice",
            "Give each restored table a name of its own.");

    public static BackupSqlException WildcardRenamed(TextPlace place) =>
        At(place, SqlStates.InvalidStatement, "a wildcard cannot be renamed",
            "Name the tables one by one, each with its AS.");

    public static BackupSqlException NotAConstant(TextPlace place) =>
        At(place, SqlStates.InvalidParameterValue,
            "AS OF SYSTEM TIME takes a constant or follower_read_timestamp()", AsOfHint);

    public static BackupSqlException NotATime(string value, TextPlace place) =>
        At(place, SqlStates.InvalidParameterValue, $"AS OF SYSTEM TIME cannot read \"{value}\"", AsOfHint);

    public static BackupSqlException TimeOutOfRange(string problem, TextPlace place) =>
        At(place, SqlStates.TimeOutOfRange, "AS OF SYSTEM TIME: " + problem, AsOfHint);

    public static BackupSqlException NoHistory(string what, TextPlace place) =>
        At(place, SqlStates.FeatureNotSupported, $"{what} keeps no history",
            "Leave the time out, or turn history on: ALTER DATABASE … CONFIGURE ZONE USING gc.ttlseconds = 90000");

    public static BackupSqlException TableKeepsNoHistory(string database, string table, TextPlace place) =>
        At(place, SqlStates.FeatureNotSupported, $"table {table} of {database} keeps no history, its database does",
            $"Name the other tables (BACKUP TABLE …), or keep its rows out: ALTER TABLE {database}.{table} SET "
            + "(exclude_data_from_backup = true). Without a time and revision_history it is backed up like all others.");

    public static BackupSqlException UnknownZoneVariable(string name, TextPlace place) =>
        At(place, SqlStates.FeatureNotSupported, $"zone variable \"{name}\" is not supported",
            "Of zones gc.ttlseconds can be configured: the seconds for which history is kept.");

    public static BackupSqlException NoZones(string engine, TextPlace place) =>
        At(place, SqlStates.FeatureNotSupported, $"engine {engine} has no zones to configure",
            "Only engines with the ability ZoneConfiguration keep such settings.");

    public static BackupSqlException InvalidLabel(string label, TextPlace place) =>
        At(place, SqlStates.InvalidParameterValue, $"\"{label}\" is no label",
            "Write labels as 'key=value,key2=value2'; keys hold letters, digits and . _ / -");

    public static BackupSqlException DuplicateLabel(string key, TextPlace place) =>
        At(place, SqlStates.DuplicateObject, $"label \"{key}\" is given twice", "Give each key once.");

    public static BackupSqlException InvalidLocality(string problem, TextPlace place) =>
        At(place, SqlStates.InvalidParameterValue, problem,
            "A list needs one location with COCKROACH_LOCALITY=default and others with one key=value each.");

    public static BackupSqlException LocalityCountsDiffer(TextPlace place) =>
        At(place, SqlStates.InvalidParameterValue,
            "incremental_location has another number of locations by locality than the collection",
            "Give one location for increments for each location of the collection, with the same localities.");

    public static BackupSqlException Wrapped(BackupSqlException error, TextPlace place) =>
        error.Line > 0 ? error : new(error.SqlState, error.Message, error.InnerException)
        {
            Line = place.Line,
            Column = place.Column,
            Length = place.Length,
            Detail = error.Detail,
            Hint = error.Hint,
            Transient = error.Transient,
        };

    private const string AsOfHint =
        "Write a time ('2026-03-09 14:15:03'), an interval back from now ('-10s'), or nanoseconds since 1970.";

    private static BackupSqlException At(TextPlace place, string code, string message, string hint) =>
        new(code, message)
    {
        Line = place.Line,
        Column = place.Column,
        Length = place.Length,
        Hint = hint,
    };

    private static string Nearest(string name, IEnumerable<string> known, string list, string none)
    {
        var names = known.ToList();
        if (NearestName.Find(name, names) is { } nearest)
            return $"Did you mean \"{nearest}\"?";
        return names.Count == 0 ? none : list + string.Join(", ", names.Take(8)) + (names.Count > 8 ? ", …" : "") + ".";
    }
}
