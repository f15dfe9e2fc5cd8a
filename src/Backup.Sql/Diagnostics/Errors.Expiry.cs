namespace Backup.Sql.Diagnostics;

/// <content>Errors of expiry: what is not dropped.</content>
internal static partial class Errors
{
    public static BackupSqlException OnlyBackup(string path, string collection) =>
        new(SqlStates.ObjectNotInState, $"{path} is the only backup in {collection} that can be restored")
        {
            Hint = "Take another backup first: BACKUP … INTO '<collection>'",
        };

    public static BackupSqlException KeptForever(string path) =>
        new(SqlStates.ObjectNotInState, $"{path} carries the label keep-forever=true")
        {
            Hint = "Take the label away first: ALTER REGISTERED BACKUP '<name>' SET LABELS = ''",
        };

    public static BackupSqlException BackupInUse(string path, string user) =>
        new(SqlStates.ObjectInUse, $"{path} cannot be dropped: {user}")
        {
            Hint = "Wait until it is done, or cancel it: SHOW JOBS lists the jobs.",
            Transient = true,
        };

    public static BackupSqlException IncrementsOutOfReach(string path, string collection, string place) =>
        new(SqlStates.ObjectNotInState, $"{path} may have increments at {place}, which this host cannot open")
        {
            Hint = $"Name that location too, with its credentials: DROP BACKUP … IN ('{collection}', '{place}…')",
        };

    public static BackupSqlException LocationHasDependants(string location, string dependant) =>
        new(SqlStates.DependentObjectsMissing, $"the backup at {location} is needed by the one at {dependant}")
        {
            Hint = $"Drop that one first: DROP BACKUP LATEST IN '{dependant}'",
        };
}
