using System.Text;
using Backup.Sql.Diagnostics;
using Backup.Sql.Sqlite.Interop;

namespace Backup.Sql.Sqlite;

/// <summary>The identity of a cluster: 128 random bits in a file beside the first database.</summary>
internal static class ClusterIdentity
{
    private const string FileName = "cluster-id";
    private const int Bytes = 16;

    /// <summary>Reads the identity, and makes one where there is none.</summary>
    public static string ReadOrCreate(string stateDirectory, IRandomSource random)
    {
        var path = Path.Combine(stateDirectory, FileName);
        if (!File.Exists(path))
            Create(path, random);
        var text = File.ReadAllText(path).Trim();
        return text.Length == 2 * Bytes && text.All(char.IsAsciiHexDigitLower)
            ? text
            : throw SqliteErrors.DamagedIdentity(path);
    }

    private static void Create(string path, IRandomSource random)
    {
        Span<byte> bits = stackalloc byte[Bytes];
        random.Fill(bits);
        var id = Convert.ToHexStringLower(bits);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);

            // Of several processes that come here at once, one gets the name; all read what it wrote.
            LocalFiles.TryWriteDurably(path, Encoding.ASCII.GetBytes(id + "\n"), id);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw SqliteErrors.IdentityNotStored(path, failure);
        }
    }
}
