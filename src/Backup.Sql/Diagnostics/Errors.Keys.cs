namespace Backup.Sql.Diagnostics;

/// <content>Errors of key services.</content>
internal static partial class Errors
{
    public static BackupSqlException KeyLocationWithoutKey(string scheme) =>
        new(SqlStates.InvalidParameterValue, $"a {Printable(scheme)}:// location must name a key, and no host")
        {
            Hint = $"Write it with three slashes: '{Printable(scheme)}:///key?…'.",
        };

    public static BackupSqlException KeySchemeNotServed(string scheme, IReadOnlyList<string> served) =>
        new(SqlStates.FeatureNotSupported, $"no key service is registered for {Printable(scheme)}:// locations")
        {
            Hint = served.Count == 0
                ? "Register a key management provider with the host."
                : $"Use one of {string.Join(", ", served.Select(name => name + ":///"))}, or register a provider.",
        };

    public static BackupSqlException KeySchemeServedTwice(string scheme) =>
        new(SqlStates.DuplicateObject, $"two key services are registered for {scheme}:// locations")
        {
            Hint = "Register one provider for each scheme.",
        };

    public static BackupSqlException OptionNotForKeys(string option, TextPlace place) =>
        At(place, SqlStates.InvalidParameterValue, $"option {option} says nothing about a key",
            "A key is checked by wrapping a few bytes with it once: leave the option out.");

    public static BackupSqlException ConnectionIsNoKey(string name) =>
        new(SqlStates.InvalidParameterValue,
            $"external connection \"{Printable(name)}\" stands for a place, not for a key")
        {
            Hint = "Name a connection of type KMS; SHOW EXTERNAL CONNECTIONS tells the types.",
        };

    public static BackupSqlException KeyConnectionWithPath(string name) =>
        new(SqlStates.InvalidParameterValue, $"nothing can stand behind the name of key connection \"{Printable(name)}\"")
        {
            Hint = $"Write 'external://{Printable(name)}': the connection names the whole key.",
        };

    public static BackupSqlException KeyDiffers() =>
        new(SqlStates.DataCorrupted, "the key service gave back another key than was wrapped")
        {
            Hint = "Do not encrypt backups with it before its owner has found out why.",
        };

    public static BackupSqlException KeyParameterMissing(string parameter, string scheme) =>
        new(SqlStates.InvalidParameterValue, $"a {scheme}:// location needs parameter {parameter}")
        {
            Hint = $"Add {parameter}=… to the location.",
        };

    public static BackupSqlException InvalidKeyName(string id) =>
        new(SqlStates.InvalidParameterValue, $"\"{Printable(id)}\" cannot be the name of a key")
        {
            Hint = "Use 1 to 64 letters, digits, '-', '_' and '.'.",
        };

    public static BackupSqlException KeyExists(string id, string path) =>
        new(SqlStates.DuplicateObject, $"there is a key \"{Printable(id)}\" in {path} already")
        {
            Hint = "Choose another name, or make a new version of it by rotating it.",
        };

    public static BackupSqlException KeyNotInRing(string id, string path, IEnumerable<string> known) =>
        new(SqlStates.UndefinedObject, $"there is no key \"{Printable(id)}\" in {path}")
        {
            Hint = Nearest(id, known, "The keys are: ", "The file holds none; add one with: backupsql keys add"),
        };

    public static BackupSqlException KeyRingMissing(string path) =>
        new(SqlStates.UndefinedFile, $"there is no key ring {path}")
        {
            Hint = $"Bring the file back from its copy, or, for new backups, make one: backupsql keys add {path} main",
        };

    public static BackupSqlException KeyRingDamaged(string path, Exception? cause) =>
        new(SqlStates.DataCorrupted, $"the file {path} is no key ring, or a damaged one", cause)
        {
            Hint = "Bring the file back from its copy. Backups that only its keys open cannot be read without it.",
        };

    public static BackupSqlException KeyRingOfOtherVersion(string path, int version) =>
        new(SqlStates.UnsupportedFormat, $"the key ring {path} is of format version {version}, which is not known here")
        {
            Hint = "Use the version of this program that wrote it, or a newer one.",
        };

    public static BackupSqlException KeyDoesNotUnwrap(Exception? cause) =>
        new(SqlStates.DataCorrupted, "the key does not unwrap what is stored: it is damaged, or meant for another key", cause)
        {
            Hint = "Name the key that the backup was encrypted with, or another one that was added to it.",
        };

    public static BackupSqlException KeyVersionMissing(string id, int version) =>
        new(SqlStates.UndefinedObject, $"key \"{Printable(id)}\" has no version {version}, which the backup needs")
        {
            Hint = "Bring the key ring that has it back from its copy: versions must never be removed.",
        };
}
