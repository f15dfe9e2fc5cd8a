using System.IO.Enumeration;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Storage;

/// <summary>
/// Lists the objects below a directory in the order of their names, depth first. It holds the names of one directory
/// per level, and reads no directory whose names cannot be listed.
/// </summary>
internal sealed class FileWalk
{
    private readonly string _root;
    private readonly string _location;
    private readonly ListFold _fold;
    private readonly Stack<Level> _levels = new();

    public FileWalk(string root, string location, ListRequest request)
    {
        _root = root;
        _location = location;
        _fold = new ListFold(request);

        // The directories that the prefix names need no search: the walk starts in the deepest of them.
        var start = request.Prefix[..(request.Prefix.LastIndexOf('/') + 1)];
        if (start.Length == 0 || ObjectName.IsValid(start.AsSpan(0, start.Length - 1)))
            _levels.Push(new Level(start));
    }

    public ListEntry Current { get; private set; }

    public async ValueTask<bool> NextAsync(CancellationToken cancellationToken)
    {
        while (_levels.TryPeek(out var level))
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                // A directory may be large and its disk far away: not on the caller's thread.
                level.Children ??= await Task.Run(() => Read(level.Start), CancellationToken.None)
                    .ConfigureAwait(false);
                if (level.Position == level.Children.Count)
                    _levels.Pop();
                else if (Visit(level.Children[level.Position++]))
                    return true;
            }
            catch (Exception failure) when (FileFailures.IsFailure(failure))
            {
                throw FileFailures.Translate(failure, "list", level.Start, PathOf(level.Start), _root);
            }
        }

        return false;
    }

    // True if Current is an entry to list.
    private bool Visit(string child)
    {
        if (!_fold.MayList(child))
            return false;
        if (child[^1] != '/')
            return VisitFile(child);
        if (!_fold.FoldsWhole(child))
        {
            _levels.Push(new Level(child));
            return false;
        }

        return HoldsObject(child) && Fold(child, 0);
    }

    private bool VisitFile(string name)
    {
        var path = PathOf(name);
        if (FileRoot.IsLink(path))
            throw Errors.PassesThroughLink(name, path);
        var file = new FileInfo(path);
        return file.Exists && Fold(name, file.Length);
    }

    private bool Fold(string name, long length)
    {
        var listed = _fold.TryFold(name, length, out var entry);
        Current = entry;
        return listed;
    }

    // A directory without any object below it is no prefix of one. Files come first: the first one settles it.
    private bool HoldsObject(string start)
    {
        try
        {
            var children = Open(start);
            return children.Any(child => child[^1] != '/')
                || children.Any(child => child[^1] == '/' && HoldsObject(child));
        }
        catch (DirectoryNotFoundException)
        {
            return false;
        }
    }

    private List<string> Read(string start)
    {
        try
        {
            var children = Open(start).ToList();
            children.Sort(ObjectName.Compare);
            return children;
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    /// <summary>
    /// Names of what a directory holds, relative to the location: files, and directories with a slash at the end, so
    /// that sorting them sorts all names below them as well.
    /// </summary>
    private IEnumerable<string> Open(string start)
    {
        var path = PathOf(start);
        if (FileRoot.FindLink(_root, path) is { } link)
            throw Errors.PassesThroughLink(start, link);
        if (!Directory.Exists(path))
            return Directory.Exists(_root) ? [] : throw Errors.RootMissing(_root);
        return new FileSystemEnumerable<string>(
            path,
            (ref FileSystemEntry entry) => string.Concat(start, entry.FileName, entry.IsDirectory ? "/" : ""),
            new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false })
        {
            ShouldIncludePredicate = static (ref FileSystemEntry entry) => IsObjectOrDirectory(entry.FileName),
        };
    }

    // Every ext file system has a lost+found at its top that only root may read: it would break listings of the disk.
    private static bool IsObjectOrDirectory(ReadOnlySpan<char> name) =>
        ObjectName.IsPart(name) && name is not "lost+found";

    private string PathOf(string name) => Path.TrimEndingDirectorySeparator(
        Path.Join(_location, name.Replace('/', Path.DirectorySeparatorChar)));

    private sealed class Level(string start)
    {
        public string Start { get; } = start;

        public List<string>? Children { get; set; }

        public int Position { get; set; }
    }
}
