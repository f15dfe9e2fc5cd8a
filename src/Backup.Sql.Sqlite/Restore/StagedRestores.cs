using System.Text;
using Backup.Sql.Sqlite.Interop;

namespace Backup.Sql.Sqlite.Restore;

/// <summary>
/// The restores that have a directory in the engine's own one: <c>restore-(id)-(turn)</c>. In it lies what is staged,
/// and after the publication what tells that it happened: the record of new databases, or the name of the database in
/// which the mark is to be found. A turn whose process lives holds the lock beside it.
/// </summary>
internal sealed class StagedRestores(DatabaseFiles files, ConnectionSource connections)
{
    private const string Prefix = "restore-";

    /// <summary>Names the database that was there before and whose tables are restored.</summary>
    private const string IntoName = "into";

    /// <summary>
    /// Makes the directory of a restore. What an earlier turn has staged under the same id goes, and with it the
    /// possibility that it is ever published, should its process still live.
    /// </summary>
    /// <param name="id">The restore.</param>
    /// <param name="turn">Random letters and digits.</param>
    public PrivateDirectory Begin(string id, string turn)
    {
        foreach (var earlier in DirectoriesOf(id))
            Remove(earlier);
        return PrivateDirectory.Create(files.StateDirectory, $"{Prefix}{id}-{turn}");
    }

    /// <summary>Notes, before the commit, in which database the mark of a restore is to be found.</summary>
    public static void Announce(PrivateDirectory directory, string database) =>
        LocalFiles.TryWriteDurably(
            Path.Combine(directory.Path, IntoName), Encoding.UTF8.GetBytes(database), "new");

    /// <summary>Finishes what dead processes have committed, and removes what they have not.</summary>
    public void Recover()
    {
        foreach (var abandoned in PrivateDirectory.Abandoned(files.StateDirectory, Prefix))
        {
            if (!Publication.Recover(abandoned.Path, files.Home) || IntoOf(abandoned.Path) is not null)
                abandoned.Keep();
            abandoned.Dispose();
        }
    }

    /// <summary>Tells whether a restore was published; see <see cref="Engines.IRestoreLedger"/>.</summary>
    public bool IsPublished(string id)
    {
        Recover();
        foreach (var directory in DirectoriesOf(id))
        {
            if (IntoOf(directory) is { } database)
            {
                using var connection = connections.Open(files.Find(database));
                if (RestoreMark.IsSet(connection, id))
                    return true;
            }
            else if (Publication.IsCommitted(directory))
            {
                // Its process may be suspended and not dead: what it has committed is done by either.
                return Publication.Finish(directory, files.Home) is not null;
            }
        }

        return false;
    }

    /// <summary>Removes everything that is kept of a restore.</summary>
    public void Forget(string id)
    {
        foreach (var directory in DirectoriesOf(id))
        {
            if (IntoOf(directory) is { } database && files.TryFind(database) is { } file)
            {
                using var connection = connections.Open(file);
                RestoreMark.Clear(connection, id);
            }

            Remove(directory);
        }
    }

    private string[] DirectoriesOf(string id) => Directory.Exists(files.StateDirectory)
        ? Directory.GetDirectories(files.StateDirectory, $"{Prefix}{id}-*")
        : [];

    private static string? IntoOf(string directory)
    {
        var path = Path.Combine(directory, IntoName);
        return File.Exists(path) ? File.ReadAllText(path) : null;
    }

    /// <summary>
    /// In one step, so that a process that was believed dead finds all of its files or none. Its lock goes with it.
    /// </summary>
    private static void Remove(string directory) => FileGuard.Run(directory, "could not be removed", () =>
    {
        using var held = PrivateDirectory.TryTake(directory);
        if (held is null && Directory.Exists(directory))
        {
            var gone = directory + ".gone";
            Directory.Move(directory, gone);
            Directory.Delete(gone, recursive: true);
        }
    });
}
