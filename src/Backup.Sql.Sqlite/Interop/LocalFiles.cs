using System.Runtime.InteropServices;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Sqlite.Interop;

/// <summary>What publishing a file durably needs and the base class library does not offer.</summary>
internal static partial class LocalFiles
{
    private const int Interrupted = 4;
    private const int NotPermitted = 1;
    private const int Exists = 17;
    private const int WindowsExists = 183;

    /// <summary>
    /// Gives a file a second name. Unlike a rename this never replaces a file that has the name already.
    /// </summary>
    /// <returns>False when the name is taken.</returns>
    public static bool TryLink(string source, string target)
    {
        if (OperatingSystem.IsWindows())
            return CreateHardLink(target, source, 0) || Refused(source, target, Marshal.GetLastPInvokeError());
        return Link(source, target) == 0 || Refused(source, target, Marshal.GetLastPInvokeError());
    }

    /// <summary>
    /// Makes the names of a directory durable. .NET cannot open a directory, hence the system's calls; on Windows the
    /// file system's log keeps names without being asked.
    /// </summary>
    public static void FlushDirectory(string directory)
    {
        if (OperatingSystem.IsWindows())
            return;
        int descriptor;
        do
        {
            descriptor = Open(directory, 0);
        }
        while (descriptor < 0 && Marshal.GetLastPInvokeError() == Interrupted);
        if (descriptor < 0)
            throw Failed("opened", directory);
        try
        {
            if (FSync(descriptor) != 0)
                throw Failed("flushed", directory);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>Writes a small file so that it is there whole, on the disk, or not at all.</summary>
    /// <returns>False when a file of that name exists already.</returns>
    public static bool TryWriteDurably(string path, ReadOnlySpan<byte> content, string temporarySuffix)
    {
        var temporary = path + "." + temporarySuffix;
        try
        {
            using (var file = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                RandomAccess.Write(file, content, 0);
                RandomAccess.FlushToDisk(file);
            }

            if (!TryLink(temporary, path))
                return false;
        }
        finally
        {
            File.Delete(temporary);
        }

        FlushDirectory(Path.GetDirectoryName(path)!);
        return true;
    }

    private static bool Refused(string source, string target, int error)
    {
        if (error is Exists or WindowsExists)
            return false;
        if (error != NotPermitted)
            throw SqliteErrors.FileFailed($"could not be published as {Path.GetFileName(target)}", source, error);

        // Some file systems know no second names. Moving refuses an existing name too, though not atomically there.
        if (File.Exists(target))
            return false;
        File.Move(source, target, overwrite: false);
        return true;
    }

    private static BackupSqlException Failed(string verb, string path) =>
        SqliteErrors.FileFailed($"could not be {verb}", path, Marshal.GetLastPInvokeError());

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string source, string target);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);

    [LibraryImport(
        "kernel32", EntryPoint = "CreateHardLinkW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool CreateHardLink(string target, string source, nint reserved);
}
