using Backup.Sql.Diagnostics;
using Backup.Sql.Keys;
using Backup.Sql.Repl.Output;

namespace Backup.Sql.Repl.Commands;

/// <summary><c>backupsql keys</c>: makes and shows the keys of a key ring; never their bytes.</summary>
internal static class KeysCommand
{
    /// <summary>Adds a key, and the file where there is none.</summary>
    /// <param name="file">The file.</param>
    /// <param name="id">The key's name.</param>
    /// <returns>The exit code.</returns>
    public static int Add(string file, string id) => Run(() => [new LocalKeyRing(file).Add(id)]);

    /// <summary>Makes a new version of a key.</summary>
    /// <param name="file">The file.</param>
    /// <param name="id">The key's name.</param>
    /// <returns>The exit code.</returns>
    public static int Rotate(string file, string id) => Run(() => [new LocalKeyRing(file).Rotate(id)]);

    /// <summary>Lists the keys.</summary>
    /// <param name="file">The file.</param>
    /// <returns>The exit code.</returns>
    public static int List(string file) => Run(() => new LocalKeyRing(file).List());

    private static int Run(Func<IReadOnlyList<LocalKey>> command)
    {
        try
        {
            foreach (var key in command())
                Console.WriteLine($"{key.Id}  version {key.Version} of {key.Created:yyyy-MM-dd HH:mm:ss} UTC  {key.KeyId}");
            return 0;
        }
        catch (BackupSqlException error)
        {
            new ErrorWriter(Console.Error).Write(error, TextOrigin.Typed);
            return 1;
        }
    }
}
