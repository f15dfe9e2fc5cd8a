using Backup.Sql.Diagnostics;
using Backup.Sql.Storage.Interop;

namespace Backup.Sql.Storage;

/// <summary>
/// A small file of key material, for nobody but its owner to read. It changes whole or not at all.
/// </summary>
internal sealed class PrivateFile(string path, IRandomSource random)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    // Key files are small; whatever is larger is something else.
    private const int LargestSize = 1 << 20;

    /// <summary>Reads the file; the caller zeroes what it gets.</summary>
    /// <returns>Null when there is no file.</returns>
    public byte[]? Read()
    {
        try
        {
            return File.Exists(path) ? ReadExisting() : null;
        }
        catch (Exception failure) when (FileFailures.IsFailure(failure))
        {
            throw Errors.KeyFileFailed(path, "read", failure);
        }
    }

    /// <summary>
    /// Makes the file unless there is one by then: of several processes that come here at once one makes it.
    /// </summary>
    public void Make(ReadOnlySpan<byte> content) => WriteAside(content, "made", aside =>
    {
        if (OperatingSystem.IsWindows())
            MoveUnlessThere(aside);
        else
            UnixFiles.TryLink(aside, path);
    });

    /// <summary>Puts other content in the place of the file, or makes it.</summary>
    public void Replace(ReadOnlySpan<byte> content) =>
        WriteAside(content, "written", aside => File.Move(aside, path, overwrite: true));

    /// <summary>
    /// Keeps other processes from changing the file as long as the result is open. The lock is a file beside it, which
    /// stays: removing it would let two processes hold it.
    /// </summary>
    /// <exception cref="BackupSqlException">55006 another process has the lock.</exception>
    public IDisposable Lock()
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            return new FileStream(path + ".lock", Options(FileMode.OpenOrCreate));
        }
        catch (IOException) when (File.Exists(path + ".lock"))
        {
            throw Errors.KeyFileInUse(path);
        }
        catch (Exception failure) when (FileFailures.IsFailure(failure))
        {
            throw Errors.KeyFileFailed(path, "locked", failure);
        }
    }

    private byte[] ReadExisting()
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0)
            throw Errors.KeyFileOpenToOthers(path);
        return new FileInfo(path).Length <= LargestSize ? File.ReadAllBytes(path) : throw Errors.KeyFileTooLarge(path);
    }

    private void WriteAside(ReadOnlySpan<byte> content, string verb, Action<string> name)
    {
        Span<byte> chance = stackalloc byte[8];
        random.Fill(chance);
        var aside = $"{path}.{Convert.ToHexStringLower(chance)}";
        try
        {
            var directory = Path.GetDirectoryName(path)!;
            Directory.CreateDirectory(directory);
            try
            {
                using (var file = new FileStream(aside, Options(FileMode.CreateNew)))
                {
                    file.Write(content);
                    file.Flush(flushToDisk: true);
                }

                name(aside);
                if (!OperatingSystem.IsWindows())
                    UnixFiles.FlushDirectory(directory);
            }
            finally
            {
                File.Delete(aside);
            }
        }
        catch (Exception failure) when (FileFailures.IsFailure(failure))
        {
            throw Errors.KeyFileFailed(path, verb, failure);
        }
    }

    private void MoveUnlessThere(string aside)
    {
        try
        {
            File.Move(aside, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another process was faster.
        }
    }

    private static FileStreamOptions Options(FileMode mode)
    {
        var options = new FileStreamOptions
        {
            Mode = mode, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        return options;
    }
}
