using System.Globalization;

namespace Backup.Sql.Diagnostics;

/// <content>Errors of locations and stores.</content>
internal static partial class Errors
{
    public static BackupSqlException LocationWithoutScheme() =>
        new(SqlStates.InvalidParameterValue, "a location must start with a scheme")
        {
            Hint = "Write it like 'file:///srv/backups' or 's3://bucket/path'.",
        };

    public static BackupSqlException InvalidLocationHost() =>
        new(SqlStates.InvalidParameterValue, "the host of the location is not valid")
        {
            Hint = "Behind its name only ':' and a port may stand. In a user's name or password write '/' as %2F, '?' as "
                + "%3F, '#' as %23.",
        };

    public static BackupSqlException LocationWithFragment() =>
        new(SqlStates.InvalidParameterValue, "the location holds '#'")
        {
            Hint = "Write it as %23 where it belongs to a name or a value, and leave out what follows it otherwise.",
        };

    public static BackupSqlException DuplicateLocationParameter(string? name) =>
        new(
            SqlStates.InvalidParameterValue,
            name is null ? "the location gives a parameter twice" : $"the location gives parameter {name} twice")
        {
            Hint = name is null ? "Keep one. In a value write '&' as %26." : $"Keep one {name}.",
        };

    public static BackupSqlException LocationWithNul() =>
        new(SqlStates.InvalidParameterValue, "the location holds a zero byte")
        {
            Hint = "Remove %00 from the location.",
        };

    public static BackupSqlException SecretNotInVault(string parameter) =>
        new(SqlStates.UndefinedObject, $"the secret of parameter {parameter} is not known to this process")
        {
            Hint = "Run the statement again with the full location.",
        };

    public static BackupSqlException KeyFileOpenToOthers(string path) =>
        new(SqlStates.InsufficientPrivilege, $"the key file {path} can be read by others than its owner")
        {
            Hint = $"Take their rights away: chmod 600 {path}",
        };

    public static BackupSqlException KeyFileDamaged(string path) =>
        new(SqlStates.DataCorrupted, $"the key file {path} holds no key")
        {
            Hint = "Put the 64 hexadecimal digits back. Without them the secrets that were sealed are lost: then remove "
                + "the file, and give connections and schedules their locations anew.",
        };

    public static BackupSqlException KeyFileTooLarge(string path) =>
        new(SqlStates.DataCorrupted, $"the key file {path} is far larger than one can be")
        {
            Hint = "It is another file: name the right one.",
        };

    public static BackupSqlException KeyFileInUse(string path) =>
        new(SqlStates.ObjectInUse, $"another process is changing the key file {path}")
        {
            Transient = true,
            Hint = "Run the command again when it has ended.",
        };

    public static BackupSqlException KeyFileFailed(string path, string verb, Exception cause) =>
        new(SqlStates.IoError, $"the key file {path} could not be {verb}", cause)
        {
            Hint = "Check the permissions of the file and its directory.",
        };

    public static BackupSqlException CredentialMissing(string location, BackupSqlException cause) =>
        new(SqlStates.CredentialMissing, $"a credential of {location} is missing: {cause.Message}", cause)
        {
            Hint = "Resume the job in a process whose vault holds it, or cancel it and run the statement again.",
        };

    public static BackupSqlException UnknownLocationParameter(string? name, string scheme, string[] known) =>
        new(
            SqlStates.InvalidParameterValue,
            name is null
                ? $"the location has a parameter that locations of scheme {Printable(scheme)} do not know"
                : $"locations of scheme {Printable(scheme)} know no parameter {Printable(name)}")
        {
            Hint = known.Length == 0
                ? "Remove it; COCKROACH_LOCALITY is the only one that may stand there."
                : $"Known are {string.Join(", ", known)}, and COCKROACH_LOCALITY in every location. In a value write "
                    + "'&' as %26.",
        };

    public static BackupSqlException SchemeNotServed(string scheme, IReadOnlyList<string> served) =>
        new(SqlStates.FeatureNotSupported, $"no store is registered for {Printable(scheme)}:// locations")
        {
            Hint = served.Count == 0
                ? "Register an object store provider with the host."
                : $"Use one of {string.Join(", ", served.Select(name => name + "://"))}, or register a provider.",
        };

    public static BackupSqlException SchemeServedTwice(string scheme) =>
        new(SqlStates.DuplicateObject, $"two stores are registered for {scheme}:// locations")
        {
            Hint = "Register one provider for each scheme.",
        };

    public static BackupSqlException InvalidBrokerName(string name) =>
        new(SqlStates.InvalidParameterValue, $"{Printable(name)} cannot be the name of a broker")
        {
            Hint = "Use letters, digits, '-' and '.'.",
        };

    public static BackupSqlException MemoryLocationWithoutName() =>
        new(SqlStates.InvalidParameterValue, "a mem:// location must have a name")
        {
            Hint = "Write it like 'mem://trial'.",
        };

    public static BackupSqlException InvalidLocationPath(string location) =>
        new(SqlStates.InvalidParameterValue, $"the path of location {Printable(location)} is not valid")
        {
            Hint = "Give an absolute path without '.' and '..', such as 'file:///srv/backups'.",
        };

    public static BackupSqlException FileLocationWithHost(string location, string host) =>
        new(SqlStates.InvalidParameterValue, $"location {Printable(location)} names a host")
        {
            Hint = $"A local path has three slashes: 'file:///{Printable(host)}/…'.",
        };

    public static BackupSqlException NodeLocalWithoutNode() =>
        new(SqlStates.InvalidParameterValue, "a nodelocal:// location must start with a node's number or self")
        {
            Hint = "Write it like 'nodelocal://1/backups'.",
        };

    public static BackupSqlException LocationOutsideRoot(string path, string root) =>
        new(SqlStates.InvalidParameterValue, $"path {Printable(path)} lies outside of the root of local backups")
        {
            Detail = $"The root is {root}; links count as what they lead to.",
            Hint = "Choose a path below the root, or start with another root.",
        };

    public static BackupSqlException TooManyLinks(string path) =>
        new(SqlStates.InvalidParameterValue, $"path {Printable(path)} passes through too many links")
        {
            Hint = "Two of its links may lead to each other: give the path that they stand for.",
        };

    public static BackupSqlException RootMissing(string root) =>
        new(SqlStates.UndefinedFile, "the root of local backups does not exist")
        {
            Detail = $"The root is {root}.",
            Hint = "Mount the disk that it is on, or create the directory; it is never created by itself.",
        };

    public static BackupSqlException PassesThroughLink(string name, string link) =>
        new(SqlStates.InsufficientPrivilege, $"object {Printable(name)} is reached through a link")
        {
            Detail = $"The link is {link}.",
            Hint = "Links are not followed: replace it by what it leads to, or name that place in the location.",
        };

    public static BackupSqlException InvalidObjectName(string name) =>
        new(SqlStates.InvalidParameterValue, $"{Printable(name)} is not a valid name for an object")
        {
            Hint = "Parts between slashes are not empty, '.' or '..', start with no '.~', hold no control character or '\\'.",
        };

    public static BackupSqlException ObjectNotFound(string name, Exception? inner = null) =>
        new(SqlStates.UndefinedFile, $"object {Printable(name)} does not exist", inner)
        {
            Hint = "Check the location, and whether somebody removed files from it.",
        };

    public static BackupSqlException ObjectExists(string name) =>
        new(SqlStates.DuplicateFile, $"object {Printable(name)} exists already")
        {
            Hint = "Stored objects are never overwritten: choose another name or location.",
        };

    public static BackupSqlException ObjectEndsEarly(string name, long offset, long wanted, long length) =>
        new(SqlStates.DataCorrupted, $"object {Printable(name)} is shorter than expected")
        {
            Detail = string.Create(
                CultureInfo.InvariantCulture,
                $"{wanted} bytes from offset {offset} were asked for; the object has {length} bytes."),
            Hint = "The object was cut or replaced: restore it from a copy, or use an earlier backup.",
        };

    public static BackupSqlException StoreFull(string verb, string name, string path, Exception inner) =>
        new(SqlStates.DiskFull, $"cannot {verb} {Printable(name)}: no space is left", inner)
        {
            Detail = $"The path is {path}.",
            Hint = "Free space or choose another location, then run the statement again; nothing partial was left.",
        };

    public static BackupSqlException StoreAccessDenied(string verb, string name, string path, Exception inner) =>
        new(SqlStates.InsufficientPrivilege, $"cannot {verb} {Printable(name)}: access is denied", inner)
        {
            Detail = $"The path is {path}.",
            Hint = "Give this process the right to read and write there.",
        };

    public static BackupSqlException StoreFailed(string verb, string name, string path, string hint, Exception inner) =>
        new(SqlStates.IoError, $"cannot {verb} {Printable(name)}", inner)
        {
            Detail = $"The path is {path}; the operating system says: {inner.Message}",
            Hint = hint,
        };

    public static BackupSqlException StoreBroke(string scheme, string verb, string name, Exception? inner) =>
        new(
            SqlStates.IoError,
            name.Length == 0 ? $"cannot {verb} at a {scheme}:// location" : $"cannot {verb} {Printable(name)}",
            inner)
        {
            Detail = inner is null
                ? $"What is registered for {scheme}:// gave an answer that its contract does not allow."
                : $"What is registered for {scheme}:// failed with {inner.GetType().Name}.",
            Hint = "Run the statement again; if it stays so, see the cause, and tell who wrote the store or key service.",
            Transient = inner is IOException or TimeoutException or OperationCanceledException
                or System.Net.Http.HttpRequestException,
        };

    public static BackupSqlException ListedOutOfOrder(string name, string before) =>
        new(SqlStates.IoError, "the store does not list objects in the order of their names")
        {
            Detail = $"{Printable(name)} was listed after {Printable(before)}.",
            Hint = "Objects might be overlooked: test the store with the TestKit's ObjectStoreConformance.",
        };

    public static BackupSqlException StoreOptionOutOfRange(string option, string range) =>
        new(SqlStates.InvalidParameterValue, $"store option {option} is out of range")
        {
            Hint = $"Give it a value of {range}.",
        };

    // Names from outside may hold anything: control characters would spoil a terminal, length a log.
    private static string Printable(string text)
    {
        const int most = 120;
        var cut = text.Length > most ? string.Concat(text.AsSpan(0, most), "…") : text;
        return string.Create(cut.Length, cut, static (target, source) =>
        {
            for (var i = 0; i < source.Length; i++)
                target[i] = char.IsControl(source[i]) ? '\uFFFD' : source[i];
        });
    }
}
