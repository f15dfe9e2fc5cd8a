using System.Globalization;

namespace Backup.Sql.Diagnostics;

/// <content>Errors of backups that pause writers, and of restores over several engines.</content>
internal static partial class Errors
{
    public static BackupSqlException NeedsPause(IReadOnlyList<string> databases, TextPlace place) =>
        At(place, SqlStates.InvalidStatement,
            $"a consistent backup of {string.Join(", ", databases)} needs WITH pause",
            "Their stores share no point in time while applications write: add WITH pause = '5s', or back up the databases of each engine by a statement of its own.");

    public static BackupSqlException SameNameInTwoEngines(
        string database, string one, string other, TextPlace place) =>
        At(place, SqlStates.AmbiguousName,
            $"database \"{database}\" of engine {one} and that of engine {other} cannot be in one backup",
            "Back up the databases of each engine by a statement of its own, or rename one of the two.");

    public static BackupSqlException PauseWithTime(TextPlace place) =>
        At(place, SqlStates.InvalidStatement, "pause cannot be combined with AS OF SYSTEM TIME",
            "A backup with a pause is of the time of its pause: leave one of the two out.");

    public static BackupSqlException InvalidPauseDuration(string text, TextPlace place) =>
        At(place, SqlStates.InvalidParameterValue, $"invalid pause duration \"{text}\"",
            "Give a duration above zero, such as '5s' or '500ms'.");

    public static BackupSqlException NoPauseController(string engine, TextPlace place) =>
        At(place, SqlStates.ObjectNotInState, $"no pause controller is registered for engine {engine}",
            "The host registers one: BackupHostOptions.PauseControllers. A WriteGate is one for stores inside the application.");

    public static BackupSqlException DrainTimedOut(string engine, TimeSpan limit) =>
        new(SqlStates.LockNotAvailable,
            $"could not drain outstanding requests of engine {engine} within {Seconds(limit)}")
        {
            Hint = "Nothing is paused any more. Try again when long transactions have ended, or allow more: WITH pause_wait = '2m'",
        };

    public static BackupSqlException ControllerLate(string engine, string call, TimeSpan limit) =>
        new(SqlStates.IoError, $"the pause controller of engine {engine} did not answer {call} within {Seconds(limit)}")
        {
            Hint = "Whatever it paused is lifted again, at the latest by its own time limit. Look after the controller, then run the backup again.",
            Transient = true,
        };

    public static BackupSqlException ControllerFailed(string engine, string call, Exception cause) =>
        new(SqlStates.IoError, $"the pause controller of engine {engine} failed to {call}: {cause.Message.TrimEnd('.')}", cause)
        {
            Hint = "Whatever it paused is lifted again, at the latest by its own time limit.",
            Transient = true,
        };

    public static BackupSqlException PauseNotLifted(string engine, TimeSpan limit, Exception cause) =>
        new(SqlStates.IoError, $"engine {engine} is still paused: three tries to lift the pause failed", cause)
        {
            Detail = cause.Message,
            Hint = $"Lift it by the store's own means now; its controller lifts it by itself within {Seconds(limit)}.",
        };

    public static BackupSqlException PauseBroken(string engine) =>
        new(SqlStates.ObjectNotInState, $"the pause of engine {engine} did not stand until it was lifted")
        {
            Hint = "Somebody else lifted it, or it took longer than its controller allows. Nothing was backed up; run the backup again.",
        };

    public static BackupSqlException MembersChanged(string engine, string before, string after) =>
        new(SqlStates.ObjectNotInState, $"the nodes of engine {engine} changed while they were paused")
        {
            Detail = $"Before: {before}. After: {after}.",
            Hint = "A node that came or started anew may not have been paused. Nothing was backed up; run the backup again.",
        };

    public static BackupSqlException ClockOff(string engine, TimeSpan needed) =>
        new(SqlStates.ObjectNotInState, $"the middle of the pause lies outside of it by the clock of engine {engine}")
        {
            Hint = $"Set the clocks, or pause for longer: WITH pause = '{Seconds(needed)}'",
        };

    public static BackupSqlException RestorePointOnly(string database, string engine, DateTimeOffset time) =>
        new(SqlStates.FeatureNotSupported,
            $"the backup holds no rows of database \"{database}\": its store, engine {engine}, recovers points in time by itself")
        {
            Hint = $"Recover the store by its own means to {Show(time)}, and leave the database out here.",
        };

    public static BackupSqlException PartlyPublished(
        IEnumerable<string> published, IEnumerable<string> missing, BackupSqlException cause) =>
        new(cause.SqlState,
            $"restored in engine {string.Join(", ", published)}, but not in engine {string.Join(", ", missing)}: {cause.Message}",
            cause)
        {
            Detail = cause.Detail,
            Hint = "What is restored is complete and stays. Restore the missing databases by a statement of their own.",
        };

    public static BackupSqlException NoNodeInLocality(string wanted, string? host) =>
        new(SqlStates.ObjectNotInState, $"no node matches the execution locality \"{wanted}\"")
        {
            Hint = host is null
                ? "This host says no locality of its own: BackupHostOptions.Locality."
                : $"This host is in {host}. Leave EXECUTION LOCALITY out, or run the statement on a host that matches.",
        };

    public static BackupSqlException NoLocationForLocality(string tiers, IReadOnlyList<string> localities) =>
        new(SqlStates.ObjectNotInState, $"data of locality {tiers} has no location of its own in the list")
        {
            Detail = "The list has locations for: "
                + (localities.Count == 0 ? "the default one only" : string.Join(", ", localities)),
            Hint = "Add a location for one of its tiers, or leave STRICT STORAGE LOCALITY out: then the data goes to the default location.",
        };

    public static BackupSqlException LocationOfLocalityMissing(string path, IReadOnlyList<string> missing) =>
        new(SqlStates.UndefinedFile,
            $"{path} was written to a list that has locations for {string.Join(", ", missing)} too, which are not given")
        {
            Hint = "Name the whole list that the backup was written with, the default location first: IN ('…', '…?COCKROACH_LOCALITY=…')",
        };

    public static BackupSqlException LocalitiesChanged(
        IReadOnlyList<string> wanted, IReadOnlyList<string> before) =>
        new(SqlStates.ForeignBackup,
            $"the backup asks for the localities {Named(wanted)}, but the chain has {Named(before)}")
        {
            Hint = "Name the same localities as before, or start a chain of its own with a full backup.",
        };

    private static string Named(IReadOnlyList<string> localities) =>
        localities.Count == 0 ? "(none)" : string.Join(", ", localities);

    private static string Seconds(TimeSpan span) => span < TimeSpan.FromSeconds(1)
        ? string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(span.TotalMilliseconds)}ms")
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(span.TotalSeconds)}s");
}
