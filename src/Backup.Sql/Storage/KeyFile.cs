using System.Security.Cryptography;
using System.Text;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Storage;

/// <summary>
/// A key in a file: 64 hexadecimal digits and a line feed, for nobody but the file's owner to read.
/// </summary>
internal sealed class KeyFile(string path, IRandomSource random)
{
    private readonly PrivateFile _file = new(path, random);

    /// <summary>Reads the key.</summary>
    /// <returns>Null when there is no file.</returns>
    public byte[]? Read()
    {
        if (_file.Read() is not { } text)
            return null;
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
    /// Reads the key, and draws one where there is none: of several processes that come here at once one makes the key,
    /// and all read what it wrote.
    /// </summary>
    public byte[] ReadOrMake()
    {
        if (Read() is { } known)
            return known;
        Span<byte> key = stackalloc byte[SealingSecretVault.KeyBytes];
        random.Fill(key);
        var line = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(key) + "\n");
        try
        {
            _file.Make(line);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
            CryptographicOperations.ZeroMemory(line);
        }

        return Read() ?? throw Errors.KeyFileDamaged(path);
    }
}
