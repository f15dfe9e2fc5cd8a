namespace Backup.Sql.Diagnostics;

/// <content>Errors of sealed backups and their keys.</content>
internal static partial class Errors
{
    public static BackupSqlException BackupSealed(string directory) =>
        new(SqlStates.WrongKey, $"the backup in '{Place(directory)}' is encrypted, and no key was given")
        {
            Hint = "Add WITH encryption_passphrase = '…', or WITH kms = '…', whichever it was made with.",
        };

    public static BackupSqlException BackupNotSealed(string directory) =>
        new(SqlStates.WrongKey, $"the backup in '{Place(directory)}' is not encrypted, but a key was given")
        {
            Hint = "Leave encryption_passphrase and kms out. If it should be encrypted, somebody has exchanged it.",
        };

    public static BackupSqlException NoKeyObject(string path) =>
        new(SqlStates.DataCorrupted, $"the encryption information of the backup, '{path}', is missing")
        {
            Detail = "It holds the wrapped key, without which nothing of the backup can be read.",
            Hint = "Bring the object back from a copy of the collection.",
        };

    public static BackupSqlException WrongPassphrase(string directory, bool hasPassphrases) =>
        new(SqlStates.WrongKey, $"the passphrase does not open the backup in '{Place(directory)}'")
        {
            Detail = hasPassphrases
                ? "Its key was unwrapped with no passphrase that it has."
                : "It was made with kms, and has no passphrase.",
            Hint = hasPassphrases
                ? "Check the spelling: every character counts, blanks and letter case too."
                : "Give WITH kms = '…' in its place.",
        };

    public static BackupSqlException Undecryptable(string path, string fact) =>
        new(SqlStates.Undecryptable, $"'{path}' cannot be decrypted")
        {
            Detail = fact,
            Hint = "SHOW BACKUP VALIDATE FROM … lists everything that is damaged; bring the object back from a copy.",
        };

    public static BackupSqlException NoMasterKeys(string directory) =>
        new(SqlStates.WrongKey, $"no key of a key service opens the backup in '{Place(directory)}'")
        {
            Detail = "It was made with encryption_passphrase.",
            Hint = "Give WITH encryption_passphrase = '…' in its place.",
        };

    public static BackupSqlException KeyNotOfBackup(string directory) =>
        new(SqlStates.WrongKey, $"one of the keys given does not belong to the backup in '{Place(directory)}'")
        {
            Detail = "Neither the backup was encrypted with it, nor was it added later.",
            Hint = "Leave it out. To add it: ALTER BACKUP … ADD NEW_KMS = '…' WITH OLD_KMS = '…'",
        };

    public static BackupSqlException PassphraseMissing(BackupSqlException cause) =>
        new(SqlStates.CredentialMissing, $"the passphrase of the backup is missing: {cause.Message}", cause)
        {
            Hint = "Resume the job in a process whose vault holds it, or cancel it and run the statement again.",
        };

    public static BackupSqlException PassphraseEmpty(TextPlace place) =>
        At(place, SqlStates.InvalidParameterValue, "the passphrase is empty",
            "Give one that nobody guesses; a backup is as safe as its passphrase.");

    public static BackupSqlException LastKey(string directory) =>
        new(SqlStates.ObjectNotInState, $"nothing would open the backup in '{Place(directory)}' any more")
        {
            Hint = "Add another passphrase first: ALTER BACKUP … ADD NEW_PASSPHRASE = '…' WITH OLD_PASSPHRASE = '…'",
        };

    public static BackupSqlException TooManyKeys(string directory, int most) =>
        new(SqlStates.ProgramLimitExceeded, $"more than {most} keys would open the backup in '{Place(directory)}'")
        {
            Hint = "Drop passphrases that nobody uses any more: ALTER BACKUP … DROP PASSPHRASE = '…'",
        };

    public static BackupSqlException KeysAreLocked(string directory) =>
        new(
            SqlStates.ObjectNotInState,
            $"no passphrase can be dropped from the backup in '{Place(directory)}': its store locks objects")
        {
            Detail = "What the passphrase opens would go on lying there.",
            Hint = "Take a new full backup with another passphrase, and let this one expire.",
        };

    public static BackupSqlException PassphraseStillOpens(string directory, string path, BackupSqlException cause) =>
        new(cause.SqlState, $"the passphrase still opens the backup in '{Place(directory)}': {cause.Message}", cause)
        {
            Detail = $"'{path}', which it unwraps, could not be deleted.",
            Hint = "Run the statement again where objects may be deleted. "
                + "Until then the backup is as safe as that passphrase is secret.",
        };

    public static BackupSqlException KeysOfIncrement(string directory) =>
        new(SqlStates.ObjectNotInState, $"'{Place(directory)}' is an incremental backup; its key lies with the full one")
        {
            Hint = "Name the full backup: what opens it opens its increments.",
        };

    public static BackupSqlException SealedImport(string directory) =>
        new(SqlStates.FeatureNotSupported, $"the backup in '{Place(directory)}' is encrypted, and IMPORT BACKUP takes no key")
        {
            Detail = "Whether it holds the database can be told with its key only.",
            Hint = "It needs no import to be used: name its path in "
                + "RESTORE … FROM '<path>' IN '<collection>' WITH encryption_passphrase = '…', or kms = '…'.",
        };

    public static BackupSqlException SealedOtherwise(string path, bool isSealed) =>
        Undecryptable(path, $"It is {(isSealed ? "" : "not ")}encrypted, unlike the rest of its chain.");

    private static string Place(string directory) => directory.Length == 0 ? "." : directory;
}
