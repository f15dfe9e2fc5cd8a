namespace Backup.Sql.Diagnostics;

/// <content>Errors of jobs.</content>
internal static partial class Errors
{
    public static BackupSqlException JobNotFound(long id) =>
        new(SqlStates.UndefinedObject, $"there is no job {id}")
        {
            Hint = "SHOW JOBS lists the jobs.",
        };

    public static BackupSqlException JobNotInState(long id, string action, string state) =>
        new(SqlStates.ObjectNotInState, $"job {id} is {state} and cannot be {action}")
        {
            Hint = $"See what it is doing with: SHOW JOB {id}",
        };

    public static BackupSqlException Internal(Exception cause) =>
        new(SqlStates.InternalError, $"the library failed in a way that it should not ({cause.GetType().Name})", cause)
        {
            Hint = "Please report it with the log of the host; nothing was acknowledged.",
        };

    public static BackupSqlException Cancelled() =>
        new(SqlStates.QueryCanceled, "the statement was cancelled")
        {
            Hint = "Nothing is left of it; run it again when you like.",
        };

    public static BackupSqlException JobPaused(long id) =>
        new(SqlStates.QueryCanceled, $"job {id} was paused")
        {
            Hint = $"Go on with: RESUME JOB {id}",
        };

    public static BackupSqlException JobUnrecorded(long id, BackupSqlException cause) =>
        new(cause.SqlState, $"job {id} has done its work, but its end could not be recorded: {cause.Message}", cause)
        {
            Detail = cause.Detail,
            Hint = "Do not run the statement again: the backup is committed, the restore published. The job is recorded"
                + $" as succeeded when its lease has run out and a host adopts it. See: SHOW JOB {id}",
        };

    public static BackupSqlException ProcessDied() =>
        new(SqlStates.IoError, "its process died between the two")
        {
            Hint = "Restore what is missing by a statement of its own.",
        };

    public static BackupSqlException JobTakenOver(long id) =>
        new(SqlStates.JobTakenOver, $"job {id} is no longer this process's: its lease ran out and was not renewed")
        {
            Hint = $"Another process goes on with it. See how far it is with: SHOW JOB {id}",
        };

    public static BackupSqlException JobHandedOver(long id) =>
        new(SqlStates.QueryCanceled, $"this process ends before job {id} does")
        {
            Hint = $"The next process that opens the same state store goes on with it. See: SHOW JOB {id}",
        };
}
