using Backup.Sql.Diagnostics;

namespace Backup.Sql.Storage;

/// <summary>Turns what the file system throws into the errors of a store.</summary>
internal static class FileFailures
{
    // On Unix the HResult of an IOException is the error number; these are the same on Linux, macOS and the BSDs.
    private const int NoSpace = 28;
    private const int ReadOnlyFileSystem = 30;
    private const int TooManyOpenFiles = 24;
    private const int TooManyOpenFilesInSystem = 23;
    private const int NotPermitted = 1;
    private const int AccessDenied = 13;

    private const int WindowsSharing = unchecked((int)0x80070020);
    private static readonly int WouldBlock = OperatingSystem.IsLinux() ? 11 : 35;
    private static readonly int QuotaExceeded = OperatingSystem.IsLinux() ? 122 : 69;
    private static readonly int LinksNotSupported = OperatingSystem.IsLinux() ? 95 : 45;

    // ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL of Windows.
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);

    public static bool IsFailure(Exception exception) => exception
        is IOException or UnauthorizedAccessException or NotSupportedException or System.Security.SecurityException
        // .NET's name for a file that would become longer than the file system allows.
        or ArgumentOutOfRangeException { ParamName: "value" };

    /// <summary>True when somebody else has a lock on the file, or holds it open on Windows.</summary>
    public static bool IsLocked(IOException failure) =>
        failure.HResult == WindowsSharing || failure.HResult == WouldBlock;

    public static BackupSqlException Translate(
        Exception failure, string verb, string name, string path, string root) => failure switch
        {
            FileNotFoundException or DirectoryNotFoundException =>
                Directory.Exists(root) ? Errors.ObjectNotFound(name, failure) : Errors.RootMissing(root),

            // .NET's answer to opening a directory as a file.
            UnauthorizedAccessException when verb == "read" && Directory.Exists(path) =>
                Errors.ObjectNotFound(name, failure),
            UnauthorizedAccessException or System.Security.SecurityException =>
                Errors.StoreAccessDenied(verb, name, path, failure),
            _ => TranslateCode(failure, verb, name, path),
        };

    private static BackupSqlException TranslateCode(Exception failure, string verb, string name, string path)
    {
        var code = failure.HResult;
        if (code is NoSpace or WindowsDiskFull or WindowsHandleDiskFull || code == QuotaExceeded)
            return Errors.StoreFull(verb, name, path, failure);
        if (code == AccessDenied)
            return Errors.StoreAccessDenied(verb, name, path, failure);
        var hint = code switch
        {
            ReadOnlyFileSystem => "The file system is mounted read-only: mount it for writing.",
            TooManyOpenFiles or TooManyOpenFilesInSystem => "Too many files are open: raise the limit (ulimit -n).",
            _ when code == NotPermitted || code == LinksNotSupported =>
                "The file system may lack hard links, without which nothing can be published safely: use another one.",
            _ when failure is ArgumentOutOfRangeException =>
                "The file system does not allow files of this size: use another one.",
            _ => "See the system log for the disk's state, then run the statement again.",
        };
        return Errors.StoreFailed(verb, name, path, hint, failure);
    }
}
