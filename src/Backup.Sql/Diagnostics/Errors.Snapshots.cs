namespace Backup.Sql.Diagnostics;

/// <content>Errors of repositories, snapshots and their jobs.</content>
internal static partial class Errors
{
    public static BackupSqlException SnapshotTakesNoIncrements(string label) =>
        new(SqlStates.ObjectNotInState, $"\"{label}\" is a snapshot, and nothing is appended to snapshots")
        {
            Hint = "Append to a backup of a chain, or start one: BACKUP … INTO '<collection>'",
        };

    public static BackupSqlException DropsSnapshot(string label) =>
        new(SqlStates.ObjectNotInState, $"\"{label}\" is a snapshot, and snapshots are dropped by their label")
        {
            Hint = $"DROP SNAPSHOT {label} ON <repository>",
        };

    public static BackupSqlException SnapshotExists(string label) =>
        new(SqlStates.DuplicateObject, $"the repository has a snapshot \"{label}\" already")
        {
            Hint = "Choose another label, or remove that one: DROP SNAPSHOT … ON …",
        };

    public static BackupSqlException SnapshotNotFound(string label, string repository, IEnumerable<string> known) =>
        new(SqlStates.UndefinedObject, $"repository \"{repository}\" has no finished snapshot \"{label}\"")
        {
            Hint = Nearest(label, known, "It has: ", "It has none.") + $" SHOW SNAPSHOT ON {repository} lists them.",
        };

    public static BackupSqlException SnapshotOfAnotherTime(string label, string wanted, string actual) =>
        new(SqlStates.UndefinedObject, $"snapshot \"{label}\" was not taken at {wanted}")
        {
            Hint = $"It was taken at \"{actual}\"; check the label too.",
        };

    public static BackupSqlException SnapshotUnreadable(string label, string problem) =>
        new(SqlStates.DataCorrupted, $"snapshot \"{label}\" cannot be read")
        {
            Detail = problem,
            Hint = "Bring its objects back from a copy, or remove what is left of it: DROP SNAPSHOT … ON … FORCE",
        };

    public static BackupSqlException NotInSnapshot(
        string kind, string name, string label, IEnumerable<string> known, TextPlace place) =>
        At(place, SqlStates.UndefinedTable, $"snapshot \"{label}\" holds no {kind} \"{name}\"",
            Nearest(name, known, "It holds: ", $"It holds no {kind} at all."));

    public static BackupSqlException PartitionNotInSnapshot(
        string partition, string table, string label, IEnumerable<string> known, TextPlace place) =>
        At(place, SqlStates.UndefinedObject,
            $"snapshot \"{label}\" holds no partition \"{partition}\" of table \"{table}\"",
            Nearest(partition, known, "It holds: ", "It holds the table without partitions."));

    public static BackupSqlException DatabaseNotInSnapshot(string name, string label, string own) =>
        new(SqlStates.UndefinedDatabase, $"snapshot \"{label}\" was not taken of database \"{name}\"")
        {
            Hint = $"It was taken of \"{own}\": DATABASE {own} AS {name} restores it as {name}.",
        };

    public static BackupSqlException DestinationDiffers(string kind, string name, string difference) =>
        new(SqlStates.DuplicateTable, $"{kind} \"{name}\" is there with another schema than in the snapshot")
        {
            Detail = difference,
            Hint = "Restore it under another name (ON (TABLE t AS t_then)), or into another database; nothing was changed.",
        };

    public static BackupSqlException DestinationChanged(string name) =>
        new(SqlStates.ObjectInUse, $"\"{name}\" was dropped while the restore was being planned")
        {
            Transient = true,
            Hint = "Run the statement again.",
        };

    public static BackupSqlException CannotReplace(string engine, string name) =>
        new(SqlStates.FeatureNotSupported, $"engine {engine} cannot overwrite table \"{name}\" in place")
        {
            Hint = "Restore it under another name (ON (TABLE t AS t_then)), or into another database.",
        };

    public static BackupSqlException RepositoryNotFound(string name, IEnumerable<string> known) =>
        new(SqlStates.UndefinedObject, $"there is no repository \"{name}\"")
        {
            Hint = Nearest(name, known, "There are: ", "Make one: CREATE REPOSITORY … WITH BROKER ON LOCATION '…'"),
        };

    public static BackupSqlException RepositoryExists(string name) =>
        new(SqlStates.DuplicateObject, $"there is a repository \"{name}\" already")
        {
            Hint = "Choose another name, or DROP REPOSITORY it first: that forgets its name and removes no snapshot.",
        };

    public static BackupSqlException RepositoryReadOnly(string name) =>
        new(SqlStates.ObjectNotInState, $"repository \"{name}\" was made READ ONLY")
        {
            Hint = "Use another repository, or make one for the same location without READ ONLY.",
        };

    public static BackupSqlException RepositoryInUse(string name, long job) =>
        new(SqlStates.ObjectInUse, $"job {job} is working on repository \"{name}\"")
        {
            Hint = $"Wait for it with SHOW JOB WHEN COMPLETE {job}, or cancel it: CANCEL JOB {job}",
        };

    public static BackupSqlException SnapshotInUse(string label, long job) =>
        new(SqlStates.ObjectInUse, $"job {job} is working on snapshot \"{label}\"")
        {
            Hint = $"Wait for it with SHOW JOB WHEN COMPLETE {job}, or cancel it: CANCEL JOB {job}",
        };

    public static BackupSqlException SnapshotOfAnotherCluster(string label, string cluster) =>
        new(SqlStates.ForeignBackup, $"snapshot \"{label}\" was taken of another cluster")
        {
            Detail = $"Its cluster is {cluster}.",
            Hint = "Remove it where it was taken; if nobody needs it there, add FORCE.",
        };

    public static BackupSqlException UnreadableNeedsForce(string label, string problem) =>
        new(SqlStates.DataCorrupted, $"snapshot \"{label}\" cannot be read, so nobody knows whose it is")
        {
            Detail = problem,
            Hint = "If it is yours, remove what is left of it with FORCE.",
        };

    public static BackupSqlException DatabaseHasJob(string database, long job) =>
        new(SqlStates.ObjectInUse, $"job {job} is backing up or restoring database \"{database}\" already")
        {
            Hint = $"A database has one such job at a time; wait with SHOW JOB WHEN COMPLETE {job}, or CANCEL JOB {job}",
        };

    public static BackupSqlException NoSnapshotJob(string kind, string database) =>
        new(SqlStates.ObjectNotInState, $"no {kind} of database \"{database}\" is running")
        {
            Hint = $"SHOW {kind.ToUpperInvariant()} FROM {database} shows the last one.",
        };

    public static BackupSqlException SnapshotJobTimedOut(int seconds) =>
        new(SqlStates.QueryCanceled, $"the job took longer than its {seconds} s")
        {
            Hint = "Nothing is left of it; give it longer with PROPERTIES (\"timeout\" = \"…\").",
        };

    public static BackupSqlException NoDatabaseSelected(TextPlace place) =>
        At(place, SqlStates.UndefinedDatabase, "the statement names no database, and the session has none",
            "Name one: BACKUP DATABASE shop SNAPSHOT …, SHOW BACKUP FROM shop, CANCEL BACKUP FROM shop.");

    public static BackupSqlException DatabaseNamedTwice(TextPlace place) =>
        At(place, SqlStates.InvalidStatement, "the database is named twice",
            "Name it before the snapshot (shop.s1), or by DATABASE, not both.");

    public static BackupSqlException CatalogsWith(string what, TextPlace place) =>
        At(place, SqlStates.InvalidStatement, $"external catalogs cannot be combined with {what}",
            $"Leave out the catalogs, or {what}.");

    public static BackupSqlException CatalogsNotSupported(TextPlace place) =>
        At(place, SqlStates.FeatureNotSupported, "engines have no external catalogs here",
            "Back up databases: BACKUP DATABASE … SNAPSHOT … TO …");

    public static BackupSqlException SnapshotObjectNotFound(
        string kind, string name, IEnumerable<string> known, TextPlace place) =>
        At(place, kind == "function" ? SqlStates.UndefinedFunction : SqlStates.UndefinedTable,
            $"there is no {kind} \"{name}\"",
            Nearest(name, known, "There are: ", $"There is no {kind} in that database."));

    public static BackupSqlException AliasInBackup(TextPlace place) =>
        At(place, SqlStates.InvalidStatement, "a BACKUP cannot rename what it covers",
            "Leave AS out; RESTORE SNAPSHOT … ON (TABLE t AS u) renames.");

    public static BackupSqlException NamedTwice(string kind, string name, TextPlace place) =>
        At(place, SqlStates.DuplicateObject, $"{kind} \"{name}\" is named twice", "Name it once.");

    public static BackupSqlException TemporaryPartitions(TextPlace place) =>
        At(place, SqlStates.FeatureNotSupported, "temporary partitions can be neither backed up nor restored",
            "Leave TEMPORARY out to name lasting ones.");

    public static BackupSqlException PartitionsNotSupported(string engine, TextPlace place) =>
        At(place, SqlStates.FeatureNotSupported, $"engine {engine} has no partitions", "Name the whole table.");

    public static BackupSqlException PartitionNotFound(
        string partition, string table, IEnumerable<string> known, TextPlace place) =>
        At(place, SqlStates.UndefinedObject, $"table \"{table}\" has no partition \"{partition}\"",
            Nearest(partition, known, "It has: ", "It has none."));

    public static BackupSqlException QualifiedInRestore(TextPlace place) =>
        At(place, SqlStates.InvalidStatement, "names in a RESTORE's ON list stand without a database",
            "Write the table's name alone; the database stands before the snapshot's name.");

    public static BackupSqlException OtherDatabase(string named, string database, TextPlace place) =>
        At(place, SqlStates.InvalidStatement,
            $"a snapshot covers one database, and \"{named}\" is not \"{database}\"",
            "Take a snapshot of each database.");

    public static BackupSqlException InvalidSnapshotName(string name, TextPlace place) =>
        At(place, SqlStates.InvalidParameterValue, $"invalid snapshot name \"{name}\"",
            "Use 1 to 128 letters, digits, '_' and '-'.");

    public static BackupSqlException InvalidRepositoryName(string name, TextPlace place) =>
        At(place, SqlStates.InvalidParameterValue, $"invalid repository name \"{name}\"",
            "Use 1 to 128 letters, digits, '_' and '-'.");

    public static BackupSqlException UnknownProperty(
        string statement, string key, IEnumerable<string> known, TextPlace place) =>
        At(place, SqlStates.InvalidParameterValue, $"{statement} knows no property \"{key}\"",
            Nearest(key, known, "It knows: ", ""));

    public static BackupSqlException InvalidProperty(string key, string value, string expected, TextPlace place) =>
        At(place, SqlStates.InvalidParameterValue, $"\"{value}\" is no value for property {key}",
            $"Give {expected}.");

    public static BackupSqlException TimeoutTooShort(TextPlace place) =>
        At(place, SqlStates.InvalidParameterValue, "a job's timeout must be 10 minutes at least",
            "Give 600 seconds or more, or leave it out for a day.");

    public static BackupSqlException MissingTimestamp(string label, TextPlace place) =>
        At(place, SqlStates.InvalidStatement, "the RESTORE has no property backup_timestamp",
            $"SHOW SNAPSHOT ON … WHERE SNAPSHOT = \"{label}\" shows it: PROPERTIES (\"backup_timestamp\" = \"…\")");

    public static BackupSqlException BrokerNotFound(string name, IEnumerable<string> known, TextPlace place) =>
        At(place, SqlStates.UndefinedObject, $"no store is registered as broker \"{name}\"",
            Nearest(name, known, "Registered are: ",
                "None is: write WITH BROKER without a name, or register a provider with the host."));

    public static BackupSqlException SnapshotFilter(TextPlace place) =>
        At(place, SqlStates.InvalidStatement, "SHOW SNAPSHOT filters by SNAPSHOT and TIMESTAMP alone",
            "Write WHERE SNAPSHOT = \"label\", perhaps with AND TIMESTAMP = \"…\".");
}
