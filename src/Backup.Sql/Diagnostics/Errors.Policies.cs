namespace Backup.Sql.Diagnostics;

/// <content>Errors of backup policies.</content>
internal static partial class Errors
{
    public static BackupSqlException PolicyNotFound(string name, IEnumerable<string> known, TextPlace place) =>
        At(place, SqlStates.UndefinedObject, $"there is no backup policy \"{name}\"",
            Nearest(name, known, "SHOW BACKUP POLICIES lists them; there are: ", "There is none."));

    public static BackupSqlException PolicyExists(string name, TextPlace place) =>
        At(place, SqlStates.DuplicateObject, $"there is a backup policy \"{name}\" already",
            "Choose another name, write IF NOT EXISTS, or change it: ALTER BACKUP POLICY …");

    public static BackupSqlException CycleFinerThanCadence(string cycle, string cadence, TextPlace place) =>
        At(place, SqlStates.InvalidParameterValue,
            $"backups that recur '{cadence}' cannot be retained {cycle}: most of those periods would hold none",
            $"Leave {cycle} out, or let the backups recur more often.");

    public static BackupSqlException PolicyBackupWouldFail(BackupSqlException cause, TextPlace place) =>
        new(cause.SqlState, $"the policy's backups would fail: {cause.Message}", cause)
        {
            Line = cause.Line > 0 ? cause.Line : place.Line,
            Column = cause.Line > 0 ? cause.Column : place.Column,
            Length = cause.Line > 0 ? cause.Length : place.Length,
            Detail = cause.Detail,
            Hint = cause.Hint,
        };
}
