namespace Backup.Sql.Diagnostics;

/// <content>Errors of encoded rows.</content>
internal static partial class Errors
{
    public static BackupSqlException RowTooLong(long bytes) =>
        new(SqlStates.ProgramLimitExceeded, "a row is too long to be encoded")
        {
            Detail = $"It takes at least {bytes} bytes; the limit is {Array.MaxLength}.",
            Hint = "Rows of up to 1 GiB can be backed up: keep such values elsewhere.",
        };

    public static BackupSqlException MalformedRecord(string what) =>
        new(SqlStates.DataCorrupted, "the bytes of a row are no record")
        {
            Detail = what,
            Hint = "SHOW BACKUP VALIDATE FROM … tells whether the backup is damaged; use an earlier one if it is.",
        };

    public static BackupSqlException MalformedKey(string what) =>
        new(SqlStates.DataCorrupted, "the bytes of a row's key are no key")
        {
            Detail = what,
            Hint = "SHOW BACKUP VALIDATE FROM … tells whether the backup is damaged; use an earlier one if it is.",
        };

    public static BackupSqlException UnexpectedKind(string wanted, string found) =>
        new(SqlStates.DataCorrupted, $"expected a value of kind {wanted}, found {found}")
        {
            Hint = "Compare the table's columns in the manifest with the rows: they do not belong together.",
        };
}
