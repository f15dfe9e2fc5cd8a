using System.Globalization;

namespace Backup.Sql.Diagnostics;

/// <content>Errors of planning: chains and what may be done with them.</content>
internal static partial class Errors
{
    public static BackupSqlException NoFullBackup() =>
        new(SqlStates.UndefinedFile, "the collection holds no finished full backup")
        {
            Hint = "Check the location, or make a full backup first: BACKUP … INTO '<collection>'",
        };

    public static BackupSqlException NoFullBackupToAppendTo(string subdirectory) =>
        new(SqlStates.UndefinedFile, $"there is no full backup in \"{subdirectory}\" to append to")
        {
            Hint = "SHOW BACKUPS IN '<collection>' lists the full backups; without a sub-directory BACKUP … INTO makes a new one.",
        };

    public static BackupSqlException ForeignChain(string theirs, string ours) =>
        new(SqlStates.ForeignBackup, $"the chain belongs to {theirs}, not to {ours}")
        {
            Hint = "Start a chain of its own with a full backup, in another collection or the same.",
        };

    public static BackupSqlException EndsBeforeParent(DateTimeOffset end, DateTimeOffset parentEnd) =>
        new(SqlStates.TimeOutOfRange, $"the backup would end at {Show(end)}, not after the chain's end at {Show(parentEnd)}")
        {
            Hint = "Give a later time, or leave AS OF SYSTEM TIME out.",
        };

    public static BackupSqlException ClusterChainNarrowed() =>
        new(SqlStates.InvalidStatement, "single databases or tables cannot be appended to a backup of the whole cluster")
        {
            Hint = "Append with BACKUP INTO LATEST IN …, without targets, or start a chain of its own.",
        };

    public static BackupSqlException NotInParent(string what) =>
        new(SqlStates.InvalidStatement, $"the chain does not cover {what}")
        {
            Hint = "Start a new chain with a full backup that covers it.",
        };

    public static BackupSqlException CatalogChanged() =>
        new(SqlStates.ObjectInUse, "tables were made or dropped while the backup was being planned")
        {
            Transient = true,
            Hint = "Run the statement again.",
        };

    public static BackupSqlException CollectionChanged() =>
        new(SqlStates.ObjectInUse, "another job appended to the chain while this one was being planned")
        {
            Transient = true,
            Hint = "Run the statement again.",
        };

    private static string Show(DateTimeOffset time) =>
        time.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);
}
