namespace Backup.Sql.Diagnostics;

/// <content>Errors of encoded rows.</content>
internal static partial class Errors
{
    private const string DamagedRow = "SHOW BACKUP VALIDATE FROM … finds the damaged object; of an engine's own rows, "
        + "report it to whoever makes the engine.";

    public static BackupSqlException RowTooLong(long bytes) =>
        new(SqlStates.ProgramLimitExceeded, "a row is too long to be encoded")
        {
            Detail = $"It takes at least {bytes} bytes; the limit is {Array.MaxLength}.",
            Hint = "Keep values of that size outside the table, or leave its rows out of backups: "
                + "ALTER TABLE … SET (exclude_data_from_backup = true).",
        };

    public static BackupSqlException MalformedRecord(string what) =>
        new(SqlStates.DataCorrupted, "the bytes of a row are no record")
        {
            Detail = what,
            Hint = DamagedRow,
        };

    public static BackupSqlException MalformedKey(string what) =>
        new(SqlStates.DataCorrupted, "the bytes of a row's key are no key")
        {
            Detail = what,
            Hint = DamagedRow,
        };

    public static BackupSqlException UnexpectedKind(string wanted, string found) =>
        new(SqlStates.DataCorrupted, $"expected a value of kind {wanted}, found {found}")
        {
            Hint = "Compare the table's columns in the manifest with the rows: they do not belong together.",
        };
}
