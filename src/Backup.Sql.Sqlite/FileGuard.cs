namespace Backup.Sql.Sqlite;

/// <summary>Turns what the file system throws into errors of the engine.</summary>
internal static class FileGuard
{
    /// <summary>Runs something that touches a file of our own.</summary>
    /// <param name="path">The file, for the error.</param>
    /// <param name="what">What failed when it does, as the end of a sentence that begins with the path.</param>
    /// <param name="action">What to run.</param>
    public static T Run<T>(string path, string what, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (IOException failure)
        {
            throw SqliteErrors.FileFailed(what, path, failure);
        }
        catch (UnauthorizedAccessException failure)
        {
            throw SqliteErrors.FileFailed(what, path, failure);
        }
    }

    /// <inheritdoc cref="Run{T}"/>
    public static void Run(string path, string what, Action action) => Run(path, what, () =>
    {
        action();
        return true;
    });
}
