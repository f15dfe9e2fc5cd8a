using System.Security.Cryptography;
using System.Text;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage.Interop;

namespace Backup.Sql.Storage;

/// <summary>
/// A key in a file: 64 hexadecimal digits and a line feed, for nobody but the file's owner to read.
/// </summary>
internal sealed class KeyFile(string path, IRandomSource random)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Reads the key.</summary>
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

    /// <summary>Reads the key, and draws one where there is none.</summary>
    public byte[] ReadOrMake()
    {
        if (Read() is { } known)
            return known;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            Make();
            return ReadExisting();
        }
        catch (Exception failure) when (FileFailures.IsFailure(failure))
        {
            throw Errors.KeyFileFailed(path, "made", failure);
        }
    }

    private byte[] ReadExisting()
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0)
            throw Errors.KeyFileOpenToOthers(path);
        var text = File.ReadAllBytes(path);
        try
        {
            var digits = text.AsSpan().TrimEnd("\r\n"u8);
            var key = new byte[SealingSecretVault.KeyBytes];
            return digits.Length == 2 * key.Length
                && Convert.FromHexString(digits, key, out _, out _) == System.Buffers.OperationStatus.Done
                ? key
                : throw Errors.KeyFileDamaged(path);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
        }
    }

    /// <summary>
    /// Writes a new key aside and gives it its name unless there is one by then: of several processes that come here at
    /// once one makes the key, and all read what it wrote.
    /// </summary>
    private void Make()
    {
        Span<byte> key = stackalloc byte[SealingSecretVault.KeyBytes];
        Span<byte> chance = stackalloc byte[8];
        random.Fill(key);
        random.Fill(chance);
        var aside = $"{path}.{Convert.ToHexStringLower(chance)}";
        var line = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(key) + "\n");
        try
        {
            using (var file = new FileStream(aside, Private()))
            {
                file.Write(line);
                file.Flush(flushToDisk: true);
            }

            if (OperatingSystem.IsWindows())
                MoveUnlessThere(aside);
            else if (UnixFiles.TryLink(aside, path))
                UnixFiles.FlushDirectory(Path.GetDirectoryName(path)!);
        }
        finally
        {
            File.Delete(aside);
            CryptographicOperations.ZeroMemory(key);
            CryptographicOperations.ZeroMemory(line);
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

    private static FileStreamOptions Private()
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        return options;
    }
}
