using System.Globalization;
using System.Net.Sockets;
using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Rows;
using Npgsql;

namespace Backup.Sql.Postgres;

/// <summary>Makes every error of the PostgreSQL engine: one method per condition.</summary>
internal static class PostgresErrors
{
    public const int OldestVersion = 14;

    /// <summary>Without the driver's exception: its text can hold a part of the password.</summary>
    public static BackupSqlException BadConnectionString() =>
        new(SqlStates.InvalidParameterValue, "the connection string of the PostgreSQL engine cannot be read")
        {
            Hint = "Write it like Host=db1;Username=backup;Password=…;Database=postgres.",
        };

    public static BackupSqlException TooOld(Version version) =>
        new(SqlStates.FeatureNotSupported, $"PostgreSQL {version.ToString(2)} is too old")
        {
            Hint = string.Create(CultureInfo.InvariantCulture, $"Use a server of version {OldestVersion} or newer."),
        };

    public static BackupSqlException UnknownDatabase(string name) =>
        new(SqlStates.UndefinedDatabase, $"database {name} does not exist")
        {
            Hint = "SHOW DATABASES, or \\l in the tool, lists the databases.",
        };

    public static BackupSqlException OutOfRange(string option, string range) =>
        new(SqlStates.InvalidParameterValue, $"PostgresEngineOptions.{option} is out of range")
        {
            Hint = $"It can be from {range}.",
        };

    public static BackupSqlException DatabaseTwice() =>
        new(SqlStates.InvalidParameterValue, "PostgresEngineOptions.Databases names a database of the server twice")
        {
            Hint = "Give each database of the server one name.",
        };

    public static BackupSqlException NoCommonPoint() =>
        new(SqlStates.LockNotAvailable, "no common point of the databases was found")
        {
            Transient = true,
            Detail = "Transactions committed all the time, so that no two databases were seen at the same point.",
            Hint = "Run the statement again when fewer transactions commit, or back up each database by itself.",
        };

    public static BackupSqlException TablesKeepChanging() =>
        new(SqlStates.LockNotAvailable, "no snapshot of the databases could be taken")
        {
            Transient = true,
            Detail = "Whenever one was taken, a table was altered, truncated or dropped before it was locked.",
            Hint = "Run the statement again when the definitions of tables are at rest.",
        };

    public static BackupSqlException NoHistory(string database) =>
        new(SqlStates.FeatureNotSupported, $"database {database} keeps no history that a backup could go back to")
        {
            Hint = $"Turn it on: ALTER DATABASE {database} CONFIGURE ZONE USING gc.ttlseconds = 90000; or leave AS OF "
                + "SYSTEM TIME and revision_history out.",
        };

    public static BackupSqlException NoSlotYet(string database) =>
        new(SqlStates.LockNotAvailable, $"the history of database {database} could not start anew")
        {
            Transient = true,
            Detail = "Its slot was lost, and a new one has to wait for the transactions that are under way on the server.",
            Hint = "Run the statement again when they have ended.",
        };

    public static BackupSqlException TimeGone(string database, HlcTimestamp time, HlcTimestamp start) =>
        new(SqlStates.TimeOutOfRange, $"the history of database {database} does not reach back to {Text(time)}")
        {
            Detail = $"It starts at {Text(start)}: tracking was turned on then, older changes have run out of their time, "
                + "or the server has lost the log behind it.",
            Hint = $"Name a time from {Text(start)} on.",
        };

    public static BackupSqlException TimeAhead(HlcTimestamp time, HlcTimestamp now) =>
        new(SqlStates.TimeOutOfRange, $"{Text(time)} lies in the future")
        {
            Hint = $"It is {Text(now)} now.",
        };

    public static BackupSqlException PastUnknown(string table, HlcTimestamp time) =>
        new(SqlStates.TimeOutOfRange, $"the rows that table {table} had at {Text(time)} are not known")
        {
            Detail = "It was made, altered, truncated, rewritten or dropped since, or then was not tracked yet.",
            Hint = "Name a later time, or leave the table out.",
        };

    public static BackupSqlException NoPages() =>
        new(SqlStates.FeatureNotSupported, "PostgreSQL databases are exported table by table, not by pages")
        {
            Hint = "Plan the backup anew with the engine that it is to run on.",
        };

    public static BackupSqlException UnknownTable(TableSpace space) =>
        new(SqlStates.UndefinedTable, string.Create(
            CultureInfo.InvariantCulture, $"database {space.Database} has no table with the id {space.TableId}"))
        {
            Hint = "It was dropped meanwhile: run the statement again.",
        };

    public static BackupSqlException NoPartitions(string table) =>
        new(SqlStates.FeatureNotSupported, $"table {table} has no partitions")
        {
            Hint = "Leave the PARTITION clause out.",
        };

    public static BackupSqlException UnknownPartition(string table, string partition) =>
        new(SqlStates.UndefinedObject, $"table {table} has no partition {partition}")
        {
            Hint = "SHOW CREATE TABLE, or \\d+ in psql, lists the partitions.",
        };

    public static BackupSqlException TooManyValues(string table) =>
        new(SqlStates.DataCorrupted, $"a row of {table} holds more values than the table has columns")
        {
            Hint = "SHOW BACKUP VALIDATE tells whether the backup is damaged; restore an earlier one if it is.",
        };

    public static BackupSqlException NulInText(string table, string column) =>
        new(SqlStates.InvalidParameterValue, $"a text of {table}, column {column}, holds the character U+0000")
        {
            Detail = "PostgreSQL has no text with it.",
            Hint = "Remove the character from the source and back it up again, or restore the other tables.",
        };

    public static BackupSqlException DoesNotFit(string table, string column, ValueKind kind) =>
        new(SqlStates.DatatypeMismatch, $"{Words(kind)} cannot be a value of {table}, column {column}")
        {
            Detail = "The column was made for what its source says it holds, and this row of the source holds something else.",
            Hint = "Correct the row in the source and back it up again, restore the other tables, "
                + "or restore into the engine that the backup comes from.",
        };

    public static BackupSqlException LogTellsTooLittle(string level) =>
        new(SqlStates.ObjectNotInState, $"the server's log does not tell rows: wal_level is {level}")
        {
            Hint = "ALTER SYSTEM SET wal_level = logical, restart the server, and run the statement again.",
        };

    public static BackupSqlException HistoryGone(HlcTimestamp time) =>
        new(SqlStates.TimeOutOfRange, $"the changes since {Text(time)} are known of no database")
        {
            Detail = "Tracking was turned on later, its time has run out, or the server has lost the log behind it.",
            Hint = "Make a full backup, and increments from then on.",
        };

    public static BackupSqlException NotCaught(string table, HlcTimestamp time) =>
        new(SqlStates.TimeOutOfRange, $"the changes of table {table} since {Text(time)} are not all known")
        {
            Detail = "The table has no primary key, was made, altered, truncated or rewritten since, or is not tracked.",
            Hint = "Back the table up in full.",
        };

    public static BackupSqlException NotTracked() =>
        new(SqlStates.FeatureNotSupported, "no database of the server has its changes tracked")
        {
            Hint = "Turn it on: ALTER DATABASE ... CONFIGURE ZONE USING gc.ttlseconds = 90000",
        };

    public static BackupSqlException NoExclusion() =>
        new(SqlStates.FeatureNotSupported, "rows of PostgreSQL cannot be kept out of backups table by table")
        {
            Hint = "Name the tables to back up.",
        };

    public static BackupSqlException TableHistory(string database) =>
        new(SqlStates.FeatureNotSupported, "PostgreSQL keeps the changes of a database as a whole")
        {
            Hint = $"ALTER DATABASE {database} CONFIGURE ZONE USING gc.ttlseconds = ...",
        };

    /// <summary>
    /// What the driver or the server reported, in our terms. The server's own text is a fact and goes into the detail;
    /// its text can hold values of rows, but no password.
    /// </summary>
    /// <param name="what">What could not be done: <c>table a.b could not be read</c>.</param>
    /// <param name="cause">What was thrown.</param>
    /// <returns>The error.</returns>
    public static BackupSqlException From(string what, Exception cause) => cause switch
    {
        BackupSqlException known => known,
        PostgresException server => FromServer(what, server),
        _ => new BackupSqlException(SqlStates.IoError, what, cause)
        {
            Transient = true,
            Detail = Broken(cause),
            Hint = "Check that the server runs and can be reached; then run the statement again.",
        },
    };

    /// <summary>True for what <see cref="From"/> is meant for; a cancellation and bugs of ours pass.</summary>
    public static bool IsDrivers(Exception cause) =>
        cause is NpgsqlException or TimeoutException or SocketException or IOException;

    private static BackupSqlException FromServer(string what, PostgresException server)
    {
        var (state, hint) = server.SqlState switch
        {
            PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => (
                SqlStates.CredentialMissing, "Check user and password in the connection string, and the server's pg_hba.conf."),
            PostgresErrorCodes.InvalidCatalogName => (SqlStates.UndefinedDatabase, "List the databases with SHOW DATABASES."),
            PostgresErrorCodes.InsufficientPrivilege => (
                SqlStates.InsufficientPrivilege, "Give the engine's user the right, or membership in pg_read_all_data."),
            PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected => (
                SqlStates.LockNotAvailable, "Run the statement again when the other transaction has ended."),
            PostgresErrorCodes.QueryCanceled => (SqlStates.QueryCanceled,
                "The server ended the query: check statement_timeout of the engine's user, then run the statement again."),
            PostgresErrorCodes.DiskFull => (SqlStates.DiskFull, "Make room on the server's disk and run the statement again."),
            PostgresErrorCodes.OutOfMemory => (SqlStates.OutOfMemory, "Give the server more memory, or lower its work_mem."),
            PostgresErrorCodes.TooManyConnections => (SqlStates.LockNotAvailable,
                "Run the statement again, raise max_connections, or lower PostgresEngineOptions.Connections."),
            PostgresErrorCodes.ForeignKeyViolation => (
                SqlStates.ForeignKeyViolation, "Restore the table referred to as well: or WITH skip_missing_foreign_keys."),
            PostgresErrorCodes.DuplicateDatabase => (SqlStates.DuplicateDatabase, "Restore under another name: WITH new_db_name = '...'."),
            PostgresErrorCodes.DuplicateTable => (SqlStates.DuplicateTable, "Restore under another name, or drop what is there."),
            PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted => (
                SqlStates.DataCorrupted, "Check the server's disk; restore the table from a backup."),
            PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown
                or PostgresErrorCodes.CannotConnectNow => (
                SqlStates.IoError, "Run the statement again when the server is up."),
            _ => (SqlStates.ObjectNotInState, "See what the server says."),
        };
        return new BackupSqlException(state, what, server)
        {
            Transient = server.IsTransient || state is SqlStates.LockNotAvailable,
            Detail = $"PostgreSQL says: {server.MessageText} (code {server.SqlState}).",
            Hint = hint,
        };
    }

    private static string Words(ValueKind kind) => kind switch
    {
        ValueKind.Integer or ValueKind.Interval or ValueKind.Array or ValueKind.EngineSpecific => $"an {Name(kind)}",
        _ => $"a {Name(kind)}",
    };

    private static string Name(ValueKind kind) => kind switch
    {
        ValueKind.Float => "floating-point number",
        ValueKind.Decimal => "decimal number",
        ValueKind.Bytes => "blob",
        ValueKind.EngineSpecific => "engine-specific value",
        ValueKind.UserDefined => "value of a user-defined type",
        _ => kind.ToString().ToLowerInvariant(),
    };

    private static string Broken(Exception cause) => cause.InnerException is SocketException socket
        ? $"The connection failed: {socket.SocketErrorCode}."
        : "The connection to the server was lost, or could not be made.";

    private static string Text(HlcTimestamp time) =>
        time.ToDateTimeOffset().ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);
}
