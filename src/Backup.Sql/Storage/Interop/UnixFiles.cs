using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Backup.Sql.Storage.Interop;

/// <summary>The two calls of POSIX that the file store needs and .NET does not offer.</summary>
[UnsupportedOSPlatform("windows")]
internal static partial class UnixFiles
{
    private const int ReadOnly = 0;
    private const int Interrupted = 4;
    private const int Exists = 17;

    /// <summary>
    /// Gives a file a second name. Unlike a rename it fails when the name is taken, in one step: this is what lets
    /// exactly one of several writers win.
    /// </summary>
    /// <returns>False if the name is taken.</returns>
    /// <exception cref="IOException">
    /// Anything else went wrong; its HResult is the error number, as .NET's own are.
    /// </exception>
    public static bool TryLink(string existing, string name)
    {
        if (Link(existing, name) == 0)
            return true;
        var error = Marshal.GetLastPInvokeError();
        return error == Exists ? false : throw Failure(error, name);
    }

    /// <summary>
    /// Makes the names in a directory durable. .NET refuses to open a directory, so it is opened here; the flush is
    /// .NET's, which knows what each platform needs for it.
    /// </summary>
    /// <exception cref="IOException">The directory could not be opened or flushed.</exception>
    public static void FlushDirectory(string directory)
    {
        int descriptor;
        do
        {
            descriptor = Open(directory, ReadOnly);
        }
        while (descriptor < 0 && Marshal.GetLastPInvokeError() == Interrupted);
        if (descriptor < 0)
            throw Failure(Marshal.GetLastPInvokeError(), directory);
        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        RandomAccess.FlushToDisk(handle);
    }

    private static IOException Failure(int error, string path) =>
        new($"{Marshal.GetPInvokeErrorMessage(error)}: '{path}'", error);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string name);

    // The third argument of open(2) is read only when a file is created, so the variadic tail can be left out.
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);
}
