using System.Globalization;
using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Sqlite.Interop;

namespace Backup.Sql.Sqlite;

/// <summary>Makes every error of the SQLite engine: one method per condition.</summary>
internal static class SqliteErrors
{
    private const string MakeRoom = "Make room on the disk and run the statement again.";

    public static BackupSqlException NoProvider(Exception cause) =>
        new(SqlStates.ObjectNotInState, "SQLite is not initialised in this process", cause)
        {
            Hint = "Call SQLitePCL.Batteries_V2.Init(), or SQLitePCL.raw.SetProvider with the provider of your "
                + "application, before the engine is opened.",
        };

    public static BackupSqlException NoDatabases() =>
        new(SqlStates.InvalidParameterValue, "the SQLite engine was given neither databases nor a directory")
        {
            Hint = "Set SqliteEngineOptions.Databases or SqliteEngineOptions.Directory.",
        };

    public static BackupSqlException NoDirectory(string directory) =>
        new(SqlStates.InvalidParameterValue, $"the directory {directory} does not exist")
        {
            Hint = "Make the directory, or name another one.",
        };

    public static BackupSqlException SameFileTwice(string first, string second) =>
        new(SqlStates.InvalidParameterValue, $"databases {first} and {second} are the same file")
        {
            Hint = "Give every database a file of its own.",
        };

    public static BackupSqlException NotADefinition(string kind) =>
        new(SqlStates.DataCorrupted, $"the backup holds a statement for a {kind} that does not make one")
        {
            Hint = "It was not run. Nobody but its owner should be able to write where backups lie: find out who changed it.",
        };

    public static BackupSqlException UnknownDatabase(string name) =>
        new(SqlStates.UndefinedDatabase, $"database {name} does not exist")
        {
            Hint = "SHOW DATABASES, or \\l in the tool, lists the databases.",
        };

    public static BackupSqlException AmbiguousDatabase(string first, string second) =>
        new(SqlStates.AmbiguousName, $"databases {first} and {second} differ in case alone")
        {
            Hint = "Rename one of the two files.",
        };

    public static BackupSqlException InvalidDatabaseName(string name) =>
        new(SqlStates.InvalidParameterValue, $"{name} cannot be the name of a SQLite database")
        {
            Detail = "The database becomes a file of that name: at most 200 bytes, no slash, backslash, colon or "
                + "control character, no dot in front.",
            Hint = "Choose another name with WITH new_db_name = '...'.",
        };

    public static BackupSqlException DatabaseExists(string name) =>
        new(SqlStates.DuplicateDatabase, $"database {name} exists already")
        {
            Hint = "Restore it under another name: WITH new_db_name = '...'.",
        };

    public static BackupSqlException LeftoverBeside(string name, string leftover) =>
        new(SqlStates.ObjectNotInState, $"{leftover} lies beside the place of database {name}")
        {
            Detail = "SQLite would apply it to the restored database and change it.",
            Hint = "If no database uses that file, remove it; else restore under another name.",
        };

    public static BackupSqlException UnknownTable(string database, long id) =>
        new(SqlStates.UndefinedTable, $"database {database} has no table with id {Connection.Literal(id)}")
        {
            Hint = "The table was dropped or renamed; run the statement again.",
        };

    public static BackupSqlException TableExists(string database, string name) =>
        new(SqlStates.DuplicateTable, $"table {database}.{name} exists already")
        {
            Hint = "Restore it under another name (RESTORE TABLE ... AS ...) or drop the table.",
        };

    public static BackupSqlException TableChanged(string database, string name) =>
        new(SqlStates.ObjectInUse, $"table {database}.{name} was changed or dropped while the restore was being planned")
        {
            Transient = true,
            Hint = "Run the statement again.",
        };

    public static BackupSqlException NoHistory() =>
        new(SqlStates.FeatureNotSupported, "a SQLite database keeps no history")
        {
            Hint = "Leave out AS OF SYSTEM TIME and revision_history.",
        };

    public static BackupSqlException NotTracked(string database) =>
        new(SqlStates.FeatureNotSupported, $"database {database} keeps no history")
        {
            Hint = $"Turn it on: ALTER DATABASE {database} CONFIGURE ZONE USING gc.ttlseconds = 90000",
        };

    public static BackupSqlException NotAllTracked(string database) =>
        new(SqlStates.FeatureNotSupported, $"the past of database {database} is not known as a whole")
        {
            Detail = "It had virtual tables then, or a table that nothing tells the rows of apart; triggers cannot track those.",
            Hint = "Name the other tables, BACKUP TABLE or RESTORE TABLE: their past is known. Or leave out the time.",
        };

    public static BackupSqlException TimeGone(string database, HlcTimestamp time, HlcTimestamp start) =>
        new(SqlStates.TimeOutOfRange, $"the history of database {database} does not reach back to {Text(time)}")
        {
            Detail = $"It starts at {Text(start)}: tracking was turned on then, older changes have been removed, or rows "
                + "went then that no trigger could see.",
            Hint = $"Name a time from {Text(start)} on.",
        };

    public static BackupSqlException TimeAhead(HlcTimestamp time, HlcTimestamp now) =>
        new(SqlStates.TimeOutOfRange, $"{Text(time)} lies in the future")
        {
            Hint = $"Name a time up to {Text(now)}.",
        };

    public static BackupSqlException NotCaught(string table, HlcTimestamp start) =>
        new(SqlStates.TimeOutOfRange, $"the changes of table {table} since {Text(start)} are not all known")
        {
            Detail = "The table was made, altered or rebuilt since, its history is gone, or its keys do not last.",
            Hint = "Back the table up in full, or the whole database, whose pages carry its history.",
        };

    public static BackupSqlException RollbackFailed(string database, HlcTimestamp time) =>
        new(SqlStates.DataCorrupted, $"database {database} could not be taken back to {Text(time)}")
        {
            Detail = "The objects that its history gave are not those that were recorded at that time.",
            Hint = "Use the end of a layer, which needs no history, and report this.",
        };

    public static BackupSqlException TableHistory(string database) =>
        new(SqlStates.FeatureNotSupported, "SQLite keeps the history of a database as a whole")
        {
            Hint = $"ALTER DATABASE {database} CONFIGURE ZONE USING gc.ttlseconds = ...",
        };

    public static BackupSqlException NoPartitions() =>
        new(SqlStates.FeatureNotSupported, "tables of SQLite have no partitions")
        {
            Hint = "Name the whole table.",
        };

    public static BackupSqlException DatabasesBusy(string database, TimeSpan waited) =>
        new(SqlStates.LockNotAvailable, $"database {database} is being written")
        {
            Transient = true,
            Detail = $"Waited {waited.TotalSeconds:0.#} s for its write lock.",
            Hint = "Run the statement again when the writer has ended its transaction.",
        };

    public static BackupSqlException IdentityNotStored(string path, Exception cause) =>
        new(SqlStates.IoError, $"the identity of the cluster could not be stored in {path}", cause)
        {
            Hint = "Make the directory writable, or set SqliteEngineOptions.ClusterId.",
        };

    public static BackupSqlException DamagedIdentity(string path) =>
        new(SqlStates.DataCorrupted, $"{path} does not hold the identity of a cluster")
        {
            Hint = "Put back the 32 hexadecimal digits that it held, or remove it and start a new collection.",
        };

    public static BackupSqlException NotAStateFile(string path) =>
        new(SqlStates.InvalidParameterValue, $"{path} is a database, but no state file")
        {
            Hint = "Name another file for the state: one that is not there yet is made.",
        };

    public static BackupSqlException NewerStateFile(string path, long version, long known) =>
        new(SqlStates.UnsupportedFormat, $"the state file {path} was written by another version of Backup.Sql")
        {
            Detail = $"Its format is {Connection.Literal(version)}; this version reads {Connection.Literal(known)}.",
            Hint = "Use the newest version of Backup.Sql on all programs that share the file.",
        };

    public static BackupSqlException DamagedStateFile(string path, BackupSqlException cause) =>
        new(SqlStates.DataCorrupted, $"the state file {path} is damaged", cause)
        {
            Detail = cause.Detail,
            Hint = "Move it away, with its -wal and -shm if they are there: a new one is made. Backups do not need "
                + "it; jobs, schedules, connections and grants have to be made again.",
        };

    public static BackupSqlException FileFailed(string what, string path, int systemError) =>
        new(IsNoSpace(systemError) ? SqlStates.DiskFull : SqlStates.IoError, $"{path} {what}")
        {
            Detail = $"The operating system's error number is {systemError}.",
            Hint = "Check the directory's permissions and the space left on the disk.",
        };

    public static BackupSqlException FileFailed(string what, string path, IOException cause) =>
        new(IsDiskFull(cause) ? SqlStates.DiskFull : SqlStates.IoError, $"{path} {what}", cause)
        {
            Hint = "Check the directory's permissions and the space left on the disk.",
        };

    public static BackupSqlException FileFailed(string what, string path, UnauthorizedAccessException cause) =>
        new(SqlStates.InsufficientPrivilege, $"{path} {what}", cause)
        {
            Hint = "Check the directory's permissions.",
        };

    public static BackupSqlException DatabaseFileGone(string database, string path) =>
        new(SqlStates.UndefinedDatabase, $"database {database} has no file {path}")
        {
            Hint = "Put the file back, or remove the database from the engine's options.",
        };

    public static BackupSqlException CannotOpen(string database, string path, int code, int systemError) =>
        new(IsNoSpace(systemError) ? SqlStates.DiskFull : State(code), $"database {database} could not be opened")
        {
            Detail = $"File {path}; SQLite's code is {code}.",
            Hint = IsNoSpace(systemError)
                ? MakeRoom
                : "Check that the file exists and that this user may read and write it and its directory.",
        };

    public static BackupSqlException ReadFailed(string database, int code) =>
        new(SqlStates.IoError, $"pages of database {database} could not be read")
        {
            Detail = $"SQLite's code is {code}.",
            Hint = "Check the disk; VALIDATE an older backup before you need it.",
        };

    public static BackupSqlException WrongPage(string database, string why) =>
        new(SqlStates.DataCorrupted, $"pages do not make up database {database}")
        {
            Detail = why,
            Hint = "The backup is damaged: restore an older layer.",
        };

    public static BackupSqlException MalformedTree(string database, long page) =>
        new(
            SqlStates.DataCorrupted,
            $"page {Connection.Literal(page)} of database {database} is not what its parent says")
        {
            Hint = "Run PRAGMA integrity_check on the database.",
        };

    public static BackupSqlException SeveralExistingDatabases(string first, string second) =>
        new(SqlStates.FeatureNotSupported, $"one restore cannot change both database {first} and database {second}")
        {
            Detail = "SQLite commits to several files in write-ahead mode one after the other, so that a crash could "
                + "leave the restore half done.",
            Hint = "Restore the tables of each database with a statement of their own.",
        };

    public static BackupSqlException NotANumber(string database, string table, string column) =>
        new(SqlStates.InvalidParameterValue, $"a number of {database}.{table}, column {column}, is NaN")
        {
            Detail = "SQLite would make NULL of it.",
            Hint = "Give the row of the source another value and back it up again, or restore the other tables.",
        };

    public static BackupSqlException WrongRow(string database, string table, int columns) =>
        new(SqlStates.DataCorrupted, $"a row does not fit table {database}.{table}")
        {
            Detail = $"The table stores {columns} columns, and the row has others or a key of another form.",
            Hint = "The backup is damaged, or its table was altered: restore an older layer.",
        };

    public static BackupSqlException ForeignKeyViolated(string table, string referenced, IReadOnlyList<string> rows) =>
        new(SqlStates.ForeignKeyViolation, $"rows of {table} refer to rows of {referenced} that are not there")
        {
            Detail = $"The first ones: {string.Join(", ", rows)}.",
            Hint = $"Restore {referenced} too, or leave its foreign key out: WITH skip_missing_foreign_keys.",
        };

    public static BackupSqlException NotANewDatabase(string database) =>
        new(SqlStates.InternalError, $"pages were handed to database {database}, which exists already")
        {
            Hint = "Please report it; nothing of the database was changed.",
        };

    public static BackupSqlException OutOfOrder(string call) =>
        new(SqlStates.InternalError, $"{call} does not come at this point of a restore")
        {
            Hint = "Please report it; nothing was published.",
        };

    /// <summary>What SQLite reported, in our terms; its own text is a fact and goes into the detail.</summary>
    /// <param name="database">The database.</param>
    /// <param name="code">SQLite's code.</param>
    /// <param name="text">Its text.</param>
    /// <param name="systemError">The operating system's number, of failures of files; else 0.</param>
    public static BackupSqlException FromCode(string database, int code, string text, int systemError = 0)
    {
        var (state, message, hint) = ResultCodes.Basic(code) switch
        {
            _ when IsNoSpace(systemError) => (SqlStates.DiskFull, "has no room on its disk", MakeRoom),
            ResultCodes.Busy or ResultCodes.Locked => (SqlStates.LockNotAvailable, "is locked",
                "Run the statement again when the other transaction has ended."),
            ResultCodes.Corrupt => (SqlStates.DataCorrupted, "is damaged",
                "Run PRAGMA integrity_check, and restore the database from a backup."),
            ResultCodes.NotADatabase => (SqlStates.DataCorrupted, "is not a SQLite database, or is encrypted",
                "Check the file."),
            ResultCodes.Full => (
                SqlStates.DiskFull, "has no room on its disk", MakeRoom),
            ResultCodes.NoMemory => (
                SqlStates.OutOfMemory, "could not get memory", "Lower the memory budget of other work."),
            ResultCodes.ReadOnly or ResultCodes.Permission or ResultCodes.Authorization => (
                SqlStates.InsufficientPrivilege,
                "cannot be written",
                "Check the permissions of the file and its directory."),
            ResultCodes.Interrupt => (SqlStates.QueryCanceled, "was interrupted", "Run the statement again."),
            ResultCodes.IoError or ResultCodes.CannotOpen => (SqlStates.IoError, "failed to read or write its files",
                "Check the disk and the permissions."),
            ResultCodes.Constraint => (SqlStates.ObjectNotInState, "refused a row that breaks a constraint",
                "Check the constraints of the tables restored."),
            _ => (
                SqlStates.ObjectNotInState, "refused a statement", "Check the statement or the object that it makes."),
        };
        return new BackupSqlException(state, $"database {database} {message}")
        {
            Transient = state == SqlStates.LockNotAvailable,
            Detail = $"SQLite says: {text} (code {code}).",
            Hint = hint,
        };
    }

    private static string Text(HlcTimestamp time) =>
        time.ToDateTimeOffset().ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);

    private static string State(int code) => ResultCodes.Basic(code) switch
    {
        ResultCodes.Permission or ResultCodes.ReadOnly => SqlStates.InsufficientPrivilege,
        ResultCodes.NotADatabase => SqlStates.DataCorrupted,
        _ => SqlStates.IoError,
    };

    private static bool IsDiskFull(IOException cause)
    {
        const int windowsDiskFull = unchecked((int)0x80070070);
        return IsNoSpace(cause.HResult) || cause.HResult == windowsDiskFull;
    }

    /// <summary>No space, or no more of it for this user.</summary>
    private static bool IsNoSpace(int systemError) =>
        systemError == 28 || systemError == (OperatingSystem.IsLinux() ? 122 : 69);
}
