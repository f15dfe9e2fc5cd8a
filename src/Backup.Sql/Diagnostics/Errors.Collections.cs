using System.Globalization;

namespace Backup.Sql.Diagnostics;

/// <content>Errors of collections: layout, chains, manifests, data files.</content>
internal static partial class Errors
{
    public static BackupSqlException InvalidSubdirectory(string subdirectory) =>
        new(SqlStates.InvalidParameterValue, $"'{subdirectory}' is not the name of a sub-directory")
        {
            Hint = "Name it as SHOW BACKUPS IN prints it, for example '2026/11/20-224512.33'.",
        };

    public static BackupSqlException NoBackup(string subdirectory) =>
        new(SqlStates.UndefinedFile, $"there is no finished backup in '{subdirectory}'")
        {
            Hint = "SHOW BACKUPS IN '<collection>' lists the backups there are.",
        };

    public static BackupSqlException LocationIsCollection() =>
        new(SqlStates.UndefinedFile, "the location is no backup but a collection of backups")
        {
            Hint = "SHOW BACKUPS IN '<location>' lists them; name one: … FROM '<sub-directory>' IN '<location>'.",
        };

    public static BackupSqlException LocationIsBackup() =>
        new(SqlStates.ObjectNotInState, "the location is one backup, not a collection of backups")
        {
            Hint = "Leave IN out and name the location itself: … FROM '<location>'.",
        };

    public static BackupSqlException NoBackupAtLocation() =>
        new(SqlStates.UndefinedFile, "there is no finished backup at the location")
        {
            Hint = "Check the location's spelling; a backup that was broken off leaves none.",
        };

    public static BackupSqlException LayerExists(string directory) =>
        new(SqlStates.DuplicateFile, $"'{directory}' already holds a finished backup")
        {
            Hint = "BACKUP INTO '<sub-directory>' IN appends to it; leave the sub-directory out for another full one.",
        };

    public static BackupSqlException BrokenChain(string directory, string fact) =>
        new(SqlStates.BrokenChain, $"the backup in '{directory}' does not join up with the one before it")
        {
            Detail = fact,
            Hint = "Restore to an earlier time, or bring the missing backup back; a full backup starts a new chain.",
        };

    public static BackupSqlException IncrementWithoutFull(string directory) =>
        BrokenChain(directory, "It is an incremental backup, and the one below it is missing.");

    public static BackupSqlException LayerBelowMissing(string directory, DateTimeOffset start) =>
        BrokenChain(directory, $"It starts at {Show(start)} and no backup of the chain ends there.");

    public static BackupSqlException SpaceMissingInChain(string directory, string space) =>
        BrokenChain(directory, $"It holds nothing of {space}, which the backups above it build on.");

    public static BackupSqlException ChainMovedOn(string subdirectory) =>
        new(SqlStates.ObjectInUse, $"the backups in '{subdirectory}' changed while this one was being made")
        {
            Hint = "Run the statement again.",
            Transient = true,
        };

    public static BackupSqlException ForeignLayer(string directory, string expected, string found) =>
        new(SqlStates.ForeignBackup, $"the backup in '{directory}' belongs to another cluster")
        {
            Detail = $"The chain was started by cluster {expected}, this backup by cluster {found}.",
            Hint = "Keep the backups of each cluster in a collection of its own.",
        };

    public static BackupSqlException TimeBeforeChain(DateTimeOffset time, DateTimeOffset first) =>
        new(SqlStates.TimeOutOfRange, $"the backup holds nothing of {Show(time)}")
        {
            Detail = $"The earliest time that it restores is {Show(first)}.",
            Hint = "Choose a later time, or an earlier backup of the collection.",
        };

    public static BackupSqlException TimeBeyondChain(DateTimeOffset time, DateTimeOffset last) =>
        new(SqlStates.TimeOutOfRange, $"the backups do not reach {Show(time)}")
        {
            Detail = $"The newest one ends at {Show(last)}.",
            Hint = "Leave AS OF SYSTEM TIME out to restore the newest, or take an incremental backup first.",
        };

    public static BackupSqlException TimeWithoutHistory(
        DateTimeOffset time, DateTimeOffset before, DateTimeOffset after) =>
        new(SqlStates.TimeOutOfRange, $"{Show(time)} lies inside a backup without revision history")
        {
            Detail = $"The nearest times that can be restored are {Show(before)} and {Show(after)}.",
            Hint = "Choose one of them; backups taken WITH revision_history restore any time.",
        };

    public static BackupSqlException TableWithoutHistory(
        string table, DateTimeOffset time, DateTimeOffset? before, DateTimeOffset after) =>
        new(SqlStates.TimeOutOfRange, $"the backup does not hold the rows that table {table} had at {Show(time)}")
        {
            Detail = "No history was kept of the table, or it was altered or truncated since: only ends of backups are known of it.",
            Hint = $"Choose {(before is { } start ? $"{Show(start)} or " : "")}{Show(after)}, or restore the other tables: RESTORE TABLE ...",
        };

    public static BackupSqlException TimeBeforeHistory(DateTimeOffset time, DateTimeOffset from) =>
        new(SqlStates.TimeOutOfRange, $"the backup's history does not reach back to {Show(time)}")
        {
            Detail = $"It starts after {Show(from)}.",
            Hint = "Choose a later time, or an earlier backup of the collection.",
        };

    public static BackupSqlException Corrupt(string path, string fact) =>
        new(SqlStates.DataCorrupted, $"'{path}' is damaged")
        {
            Detail = fact,
            Hint = "SHOW BACKUP VALIDATE FROM … lists everything that is damaged; bring the object back from a copy.",
        };

    public static BackupSqlException NewerFormat(string path, int version) =>
        new(SqlStates.UnsupportedFormat, $"'{path}' was written in format {version}, which this version cannot read")
        {
            Hint = "Update Backup.Sql on the machine that reads.",
        };

    public static BackupSqlException UnknownCodec(byte id, string path) =>
        new(SqlStates.UnsupportedFormat, $"'{path}' was compressed by codec {id}, which is not registered")
        {
            Hint = "Register the ICompressionCodec that the backup was written with.",
        };

    public static BackupSqlException ZstdMissing(string? path) =>
        new(
            SqlStates.FeatureNotSupported,
            path is null
                ? "zstd is not available on this machine"
                : $"'{path}' is compressed with zstd, which is not available on this machine")
        {
            Hint = "Install libzstd1 (Debian, Ubuntu), libzstd (Fedora), zstd-libs (Alpine) or zstd (Arch, Homebrew).",
        };

    public static BackupSqlException UnknownCompression(string name, IEnumerable<string> known) =>
        new(SqlStates.InvalidParameterValue, $"there is no compression named '{name}'")
        {
            Hint = $"Choose one of {string.Join(", ", known.Order(StringComparer.Ordinal))}.",
        };

    public static BackupSqlException CompressionLevelOutOfRange(string codec, int level, int least, int most) =>
        new(SqlStates.InvalidParameterValue, $"compression level {Number(level)} does not exist for {codec}")
        {
            Hint = $"Choose a level from {Number(least)} to {Number(most)}.",
        };

    public static BackupSqlException CodecClash(string name, byte id) =>
        new(SqlStates.DuplicateObject, $"the codec {name} cannot be registered under number {Number(id)}")
        {
            Hint = "Give it a name of its own and a number from 128 to 255 that no other codec has.",
        };

    public static BackupSqlException CompressionFailed(string name) =>
        new(SqlStates.InternalError, $"the codec {name} failed to compress a block")
        {
            Hint = "Choose another with the option compression, and tell who wrote the codec.",
        };

    public static BackupSqlException ManifestTooLarge(string path) =>
        new(SqlStates.ProgramLimitExceeded, $"the manifest '{path}' would be larger than 512 MiB")
        {
            Hint = "Back up fewer tables at once, each group into a collection of its own.",
        };

    public static BackupSqlException RowTooLarge(string space, long length) =>
        new(SqlStates.ProgramLimitExceeded, $"a row of {space} has {Number(length)} bytes")
        {
            Hint = "Rows of up to 1 GiB can be backed up.",
        };

    public static BackupSqlException NotAPage(string space) =>
        new(SqlStates.InternalError, $"the engine gave a row of {space} that is no page")
        {
            Hint = "Tell who wrote the engine: its conformance suite finds such rows.",
        };

    public static BackupSqlException FingerprintMismatch(string space, string path) =>
        new(SqlStates.FingerprintMismatch, $"the rows of {space} are not the rows that were backed up in '{path}'")
        {
            Hint = "Nothing was changed. SHOW BACKUP VALIDATE FROM … finds the damaged object.",
        };

    public static BackupSqlException DropUnfinished(string directory) =>
        new(SqlStates.ObjectInUse, $"the backup that was in '{directory}' is not yet gone")
        {
            Hint = $"Finish its removal with: DROP BACKUP IF EXISTS '{directory}' IN '<collection>'",
        };

    public static BackupSqlException PlaceUnknown(string place) =>
        new(SqlStates.ObjectInUse, $"increments of the backup lie in {place}, which nobody here has credentials for")
        {
            Hint = $"Name that location too, with its credentials: DROP BACKUP … IN ('<collection>', '{place}…')",
        };

    public static BackupSqlException NoteContended(string layerId) =>
        new(SqlStates.ObjectInUse, $"others keep changing what is noted of layer {layerId}")
        {
            Hint = "Run the statement again.",
            Transient = true,
        };

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
