using System.Globalization;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Postgres;

/// <summary>Makes the errors of restores into PostgreSQL: one method per condition.</summary>
internal static class RestoreErrors
{
    private const int NamedRows = 5;

    /// <summary>The backup's description of an object is none, or is for something else.</summary>
    public static BackupSqlException NotADefinition(string name, Exception? cause) =>
        new(SqlStates.DataCorrupted, $"the backup describes {name} in a way that does not make it", cause)
        {
            Hint = "Nothing was run. Only its owner should be able to write where backups lie: find out who changed it.",
        };

    public static BackupSqlException OutcomeUnknown(Exception cause) =>
        new(SqlStates.IoError, "nobody can say whether the restore was published", cause)
        {
            Detail = "The connection to the server broke while it committed, and the server did not answer since.",
            Hint = "When the server is up, look whether what was to be restored is there; all of it is, or nothing.",
        };

    public static BackupSqlException DatabaseExists(string name) =>
        new(SqlStates.DuplicateDatabase, $"database {name} exists already")
        {
            Hint = "Restore under another name: WITH new_db_name = '...'.",
        };

    public static BackupSqlException UnknownTable(string database, long id) =>
        new(SqlStates.UndefinedTable, string.Create(
            CultureInfo.InvariantCulture, $"the restore into {database} makes no table with the id {id}"))
        {
            Hint = "Nothing was changed. Run the statement again, so that it is planned anew.",
        };

    public static BackupSqlException SeveralExistingDatabases(string one, string other) =>
        new(SqlStates.FeatureNotSupported, $"one restore cannot change both {one} and {other}")
        {
            Detail = "Two databases of a PostgreSQL server have no transaction in common.",
            Hint = "Restore into one database at a time.",
        };

    public static BackupSqlException OutOfOrder(string call) =>
        new(SqlStates.ObjectNotInState, $"a restore was not ready for {call}")
        {
            Hint = "Make the calls of a restore in the order of the engine contract.",
        };

    public static BackupSqlException TakenOver(string id) =>
        new(SqlStates.ObjectNotInState, $"restore {id} was begun again by another process")
        {
            Hint = "Nothing was changed. Wait for the other one: SHOW JOBS.",
        };

    public static BackupSqlException TableChanged(string table) =>
        new(SqlStates.ObjectInUse, $"table {table} has other columns or another key by now")
        {
            Hint = "Nothing was changed. Run the statement again to restore over what is there now.",
        };

    public static BackupSqlException CannotSilenceTriggers(Exception cause) =>
        new(SqlStates.InsufficientPrivilege, "the rows of a table cannot be replaced without its triggers firing", cause)
        {
            Hint = "Let the engine's user be a superuser, or GRANT SET ON PARAMETER session_replication_role to it.",
        };

    public static BackupSqlException ForeignKeyViolated(
        string table, string key, string referenced, IReadOnlyList<string> rows, Exception? cause) =>
        new(SqlStates.ForeignKeyViolation, $"rows of {table} refer to rows of {referenced} that are not there", cause)
        {
            Detail = $"Foreign key {key}, the first rows: {string.Join("; ", rows.Take(NamedRows))}.",
            Hint = "Restore the table referred to as well, or run the statement WITH skip_missing_foreign_keys.",
        };
}
