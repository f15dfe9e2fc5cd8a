namespace Backup.Sql.Diagnostics;

/// <content>Errors of schedules.</content>
internal static partial class Errors
{
    public static BackupSqlException ScheduleNotFound(long id) =>
        new(SqlStates.UndefinedObject, $"there is no schedule {id}")
        {
            Hint = "SHOW SCHEDULES lists the schedules.",
        };

    public static BackupSqlException NotARecurrence(string text, TextPlace place) =>
        At(place, SqlStates.InvalidParameterValue, $"\"{text}\" does not say when to recur",
            "Write five cron fields ('0 3 * * *': at 03:00 UTC every day), '@hourly', '@daily', '@weekly', "
            + "'@monthly', '@yearly', or '@every 90m'.");

    public static BackupSqlException IncrementalsTooRare(string incremental, string full, TextPlace place) =>
        At(place, SqlStates.InvalidParameterValue,
            $"incremental backups ({incremental}) would not be taken more often than full ones ({full})",
            "Let RECURRING come more often than FULL BACKUP, or say FULL BACKUP ALWAYS.");

    public static BackupSqlException UnknownScheduleOption(string option, TextPlace place) =>
        At(place, SqlStates.InvalidParameterValue, $"schedules have no option {option} that could be set here",
            "The options are first_run, on_execution_failure, on_previous_running, "
            + "updates_cluster_last_backup_time_metric and, of CREATE SCHEDULE, ignore_existing_backups.");

    public static BackupSqlException ScheduleOptionTakesNoValue(string option, TextPlace place) =>
        At(place, SqlStates.InvalidParameterValue, $"option {option} takes no value", $"Write {option} alone.");

    public static BackupSqlException GivenTwice(string what, TextPlace place) =>
        At(place, SqlStates.InvalidStatement, $"{what} is given twice", $"Give {what} once.");

    public static BackupSqlException ScheduledBackupsAreDetached(TextPlace place) =>
        At(place, SqlStates.InvalidStatement, "backups of schedules are always detached, and option detached stays",
            "Leave detached out.");

    public static BackupSqlException ScheduledBackupWouldFail(BackupSqlException cause, TextPlace place) =>
        new(cause.SqlState, $"the schedule's backup would fail: {cause.Message}", cause)
        {
            Line = cause.Line > 0 ? cause.Line : place.Line,
            Column = cause.Line > 0 ? cause.Column : place.Column,
            Length = cause.Line > 0 ? cause.Length : place.Length,
            Hint = cause.Hint,
        };

    public static BackupSqlException CollectionHoldsBackups(string location, TextPlace place) =>
        At(place, SqlStates.ObjectNotInState, $"collection {location} holds backups already",
            "Choose another one, or add: WITH SCHEDULE OPTIONS ignore_existing_backups");

    public static BackupSqlException ScheduleIsPaused(long id) =>
        new(SqlStates.ObjectNotInState, $"schedule {id} is paused and cannot be executed")
        {
            Hint = $"Resume it first: RESUME SCHEDULE {id}",
        };

    public static BackupSqlException ScheduleWithoutFull(long id) =>
        new(SqlStates.ObjectNotInState, $"schedule {id} is incremental and its schedule of full backups is gone")
        {
            Hint = $"Make both anew: DROP SCHEDULE {id}, then CREATE SCHEDULE.",
        };

    public static BackupSqlException SchedulesChanged() =>
        new(SqlStates.ObjectInUse, "the schedules were changed by others again and again")
        {
            Transient = true,
            Hint = "Run the statement again.",
        };
}
