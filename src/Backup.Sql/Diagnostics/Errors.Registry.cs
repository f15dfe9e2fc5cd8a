namespace Backup.Sql.Diagnostics;

/// <content>Errors of the registry of backups.</content>
internal static partial class Errors
{
    public static BackupSqlException BackupNameTaken(string fullName) =>
        new(SqlStates.DuplicateObject, $"there is a backup named {fullName} already")
        {
            Hint = "Choose another name, or leave it out: the time will do.",
        };

    public static BackupSqlException AmbiguousBackup(string name, IEnumerable<string> fullNames) =>
        new(SqlStates.AmbiguousName, $"several backups are named \"{name}\"")
        {
            Hint = $"Write the database in front: {string.Join(", ", fullNames.Select(full => $"'{full}'"))}",
        };

    public static BackupSqlException BackupNotRegistered(string name, IEnumerable<string> known, TextPlace place) =>
        At(place, SqlStates.UndefinedObject, $"no backup is registered as \"{name}\"",
            Nearest(name, known, "SHOW REGISTERED BACKUPS lists them; there are: ", "None is registered."));

    public static BackupSqlException BackupNotSucceeded(string fullName, string state) =>
        new(SqlStates.ObjectNotInState, $"backup {fullName} is {state} and cannot be restored")
        {
            Hint = $"See why with: SHOW REGISTERED BACKUP '{fullName}'",
        };

    public static BackupSqlException BackupPending(string fullName, string action) =>
        new(SqlStates.ObjectInUse, $"backup {fullName} is still being made and cannot be {action}")
        {
            Hint = "Wait for its job, or cancel it: SHOW JOBS lists the jobs.",
            Transient = true,
        };

    public static BackupSqlException BackupHasDependants(string fullName, string dependant) =>
        new(SqlStates.DependentObjectsMissing, $"backup {fullName} is needed by the incremental backup {dependant}")
        {
            Hint = "Drop the incremental backups on top of it too: name them in the same statement.",
        };

    public static BackupSqlException PluginNotFound(string name, IEnumerable<string> known, TextPlace place) =>
        At(place, SqlStates.UndefinedObject, $"no backup plug-in is registered as \"{name}\"",
            Nearest(name, known, "The host has registered: ", "None is registered."));

    public static BackupSqlException InvalidHandle(string expected) =>
        new(SqlStates.InvalidParameterValue, "the plug-in cannot read the handle")
        {
            Hint = $"Write it as {expected}.",
        };

    public static BackupSqlException BackupOfAnotherDatabase(string path, string database) =>
        new(SqlStates.UndefinedDatabase, $"the backup in {path} holds nothing of database \"{database}\"")
        {
            Hint = "SHOW BACKUP FROM '<path>' IN '<collection>' lists what it holds.",
        };

    public static BackupSqlException NewerBackupGone(
        string name, string directory, DateTimeOffset end, DateTimeOffset left) =>
        new(SqlStates.BrokenChain, $"the newest backup is gone: '{directory}', which the registry knows as {name}")
        {
            Detail = $"It ended at {Show(end)}. What is left restores {Show(left)}.",
            Hint = $"Bring it back, or restore what is left by its time: AS OF SYSTEM TIME '{Show(left)}'. "
                + $"DROP BACKUP '{name}' makes the registry forget the one that is gone.",
        };
}
