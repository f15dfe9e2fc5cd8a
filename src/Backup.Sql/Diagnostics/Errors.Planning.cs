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
        new(SqlStates.TimeOutOfRange,
            $"the backup would end at {Show(end)}, not after the chain's end at {Show(parentEnd)}")
        {
            Hint = "Give a later time, or leave AS OF SYSTEM TIME out. After a clock was set back, take a full backup.",
        };

    public static BackupSqlException ClusterChainNarrowed() =>
        new(SqlStates.InvalidStatement,
            "single databases or tables cannot be appended to a backup of the whole cluster")
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

    public static BackupSqlException MissingDependency(
        string kind, string name, string neededKind, string needed, string? option) =>
        new(SqlStates.DependentObjectsMissing,
            $"{kind} \"{name}\" needs {neededKind} \"{needed}\", which is neither restored nor there")
        {
            Hint = option is null
                ? $"Restore {neededKind} {needed} too."
                : $"Restore {neededKind} {needed} too, or do without: WITH {option}",
        };

    public static BackupSqlException DatabaseNotInBackup(string name, IEnumerable<string> known) =>
        new(SqlStates.UndefinedDatabase, $"the backup does not hold the complete database \"{name}\"")
        {
            Hint = Nearest(
                name, known, "It holds the complete databases ", "It holds single tables: use RESTORE TABLE.")
                + " SHOW BACKUP FROM … IN … lists its objects.",
        };

    public static BackupSqlException NotAClusterBackup() =>
        new(SqlStates.InvalidStatement, "the backup is not one of a whole cluster")
        {
            Hint = "Name what to restore: RESTORE DATABASE … FROM …",
        };

    public static BackupSqlException ClusterNotEmpty(IReadOnlyList<string> databases) =>
        new(SqlStates.ObjectNotInState,
            $"a cluster can only be restored into an empty one, and there are {databases.Count} databases")
        {
            Detail = "There are: " + string.Join(", ", databases.Take(8)) + (databases.Count > 8 ? ", …" : ""),
            Hint = "Restore single databases, or use an empty cluster.",
        };

    public static BackupSqlException DatabaseExists(string name) =>
        new(SqlStates.DuplicateDatabase, $"database \"{name}\" exists already")
        {
            Hint = "Restore it under another name: WITH new_db_name = '…'. Nothing is ever replaced in place.",
        };

    public static BackupSqlException DestinationDatabaseMissing(string database, string table) =>
        new(SqlStates.UndefinedDatabase, $"there is no database \"{database}\" to restore table \"{table}\" into")
        {
            Hint = "Name one that exists: WITH into_db = '…', or restore the whole database.",
        };

    public static BackupSqlException DestinationSchemaMissing(string schema, string database) =>
        new(SqlStates.UndefinedSchema, $"there is no schema \"{schema}\" in database \"{database}\" to restore into")
        {
            Hint = "Name one that exists: WITH into_schema = '…', or leave the option out.",
        };

    public static BackupSqlException RelationExists(string name) =>
        new(SqlStates.DuplicateTable, $"\"{name}\" exists already")
        {
            Hint = "Restore it under another name: RESTORE TABLE … AS …, or into another database: WITH into_db = '…'.",
        };

    public static BackupSqlException TypeDiffers(string name) =>
        new(SqlStates.DuplicateObject, $"type \"{name}\" exists already with other members")
        {
            Hint = "Restore into another database: WITH into_db = '…'.",
        };

    public static BackupSqlException EngineMissing(string kind, string package) =>
        new(SqlStates.FeatureNotSupported, $"the backup holds pages of engine \"{kind}\", which is not registered here")
        {
            Hint = $"Add package {package} and register its engine; then tables can be read out of the pages.",
        };

    public static BackupSqlException NewerLibrary(string version) =>
        new(SqlStates.UnsupportedFormat, $"the backup was made by version {version}, which is newer than this one")
        {
            Hint = "Update the library, or try WITH unsafe_restore_incompatible_version.",
        };

    public static BackupSqlException FilesMissing(IEnumerable<string> named, int count) =>
        new(SqlStates.UndefinedFile, $"{count} files of the backup are missing or have another size")
        {
            Detail = string.Join('\n', named),
            Hint = "SHOW BACKUP VALIDATE FROM … IN … checks every byte and names every object that is broken.",
        };

    private static string Show(DateTimeOffset time) =>
        time.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);

    public static BackupSqlException RegionsMissing(
        IReadOnlyList<string> missing, string engine, IReadOnlyList<string> there) =>
        new(SqlStates.ObjectNotInState,
            $"the backup has regions that engine {engine} has not: {string.Join(", ", missing)}")
        {
            Detail = there.Count == 0 ? $"engine {engine} knows no regions" : $"there are {string.Join(", ", there)}",
            Hint = "Add them to the cluster; or restore WITH remove_regions, or WITH skip_localities_check to keep "
                + "them as they are.",
        };

    public static BackupSqlException TableNeedsRegions(string table) =>
        new(SqlStates.ObjectNotInState, $"table {table} is regional by row and cannot be without regions")
        {
            Hint = "Leave remove_regions out, with skip_localities_check in its place; or restore the other tables.",
        };
}
