using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Backup.Sql.Sqlite.Catalog;

/// <summary>
/// Numbers for objects, which SQLite has none for: 63 bits of a hash over database, type and name as SQLite compares
/// them. An object keeps its number for as long as it has its name, in every process; a renamed one counts
/// as another. Two different names meet with a chance of one in 2^63 for each pair.
/// </summary>
internal static class ObjectIds
{
    public static long Of(string database, string type, string name)
    {
        var text = string.Join('\0', AsciiIgnoreCaseComparer.Fold(database), type, AsciiIgnoreCaseComparer.Fold(name));
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        var id = BinaryPrimitives.ReadInt64BigEndian(hash) & long.MaxValue;
        return id == 0 ? 1 : id;
    }
}
