using Backup.Sql.Diagnostics;

namespace Backup.Sql.Storage;

/// <summary>
/// The one directory below which local stores may read and write, and the proof that a path stays there.
/// </summary>
/// <remarks>
/// A location's links are resolved once, when it is opened, and the result must lie at or below the root, compared part
/// by part. From then on nothing between the root and an object may be a link: one that appears later is refused by the
/// operation that meets it.
/// </remarks>
internal sealed class FileRoot
{
    // What Linux allows before it says ELOOP.
    private const int MaxLinks = 40;

    private readonly string _path;

    public FileRoot(string path) => _path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));

    /// <summary>The root as it was configured, made absolute.</summary>
    public string Configured => _path;

    /// <summary>The root with its links resolved.</summary>
    public string Resolved => ResolveLinks(_path);

    /// <summary>Resolves the links of a path; what does not exist yet stays as it is.</summary>
    /// <param name="path">An absolute path without <c>.</c> and <c>..</c> parts.</param>
    /// <returns>The path, at or below <see cref="Resolved"/>.</returns>
    /// <exception cref="BackupSqlException">22023 the path leads out of the root.</exception>
    public string Resolve(string path)
    {
        var resolved = ResolveLinks(path);
        return Contains(Resolved, resolved) ? resolved : throw Errors.LocationOutsideRoot(path, _path);
    }

    /// <summary>Tells whether a path is a directory or lies below it: whole parts count, not characters.</summary>
    public static bool Contains(string directory, string path) =>
        path.StartsWith(directory, StringComparison.Ordinal)
        && (path.Length == directory.Length
            || Path.EndsInDirectorySeparator(directory)
            || path[directory.Length] == Path.DirectorySeparatorChar);

    /// <summary>Finds the first link among the parts of a path below a directory, the last one included.</summary>
    /// <returns>The link, or null if there is none.</returns>
    public static string? FindLink(string directory, string path)
    {
        for (var end = directory.Length; end < path.Length;)
        {
            end = path.IndexOf(Path.DirectorySeparatorChar, end + 1);
            if (end < 0)
                end = path.Length;
            var part = path[..end];
            if (IsLink(part))
                return part;
        }

        return null;
    }

    public static bool IsLink(string path) => new FileInfo(path).LinkTarget is not null;

    private static string ResolveLinks(string path)
    {
        var current = Path.GetPathRoot(path)!;
        var pending = new Stack<string>();
        Push(path[current.Length..]);
        var links = 0;
        while (pending.TryPop(out var part))
        {
            if (part == "..")
            {
                current = Path.GetDirectoryName(current) ?? current;
                continue;
            }

            var next = Path.Join(current, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                current = next;
                continue;
            }

            if (++links > MaxLinks)
                throw Errors.TooManyLinks(path);
            if (Path.IsPathRooted(target))
                current = Path.GetPathRoot(target)!;
            Push(Path.IsPathRooted(target) ? target[current.Length..] : target);
        }

        return current;

        void Push(string parts)
        {
            foreach (var part in parts.Split(Path.DirectorySeparatorChar).Reverse())
            {
                if (part is not ("" or "."))
                    pending.Push(part);
            }
        }
    }
}
