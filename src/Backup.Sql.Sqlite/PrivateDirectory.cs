using System.Diagnostics.CodeAnalysis;

namespace Backup.Sql.Sqlite;

/// <summary>
/// A directory that belongs to one piece of work of one process, and is gone with it. A lock file beside it, held open,
/// tells the living from what a dead process left behind.
/// </summary>
internal sealed class PrivateDirectory : IDisposable
{
    private const string LockEnding = ".lock";
    private readonly FileStream _lock;
    private bool _kept;

    private PrivateDirectory(string path, FileStream held)
    {
        Path = path;
        _lock = held;
    }

    /// <summary>The directory.</summary>
    public string Path { get; }

    /// <summary>Makes a directory.</summary>
    /// <param name="parent">Is made when missing.</param>
    /// <param name="name">Must not be in use.</param>
    public static PrivateDirectory Create(string parent, string name)
    {
        var path = System.IO.Path.Combine(parent, name);
        return FileGuard.Run(path, "could not be made", () =>
        {
            Directory.CreateDirectory(parent);
            var held = HoldNew(path);
            if (Directory.Exists(path))
                Directory.Delete(path, recursive: true);
            Directory.CreateDirectory(path);
            return new PrivateDirectory(path, held);
        });
    }

    /// <summary>
    /// Takes over the directories that dead processes left behind, and those of which nothing is left but the lock.
    /// </summary>
    /// <param name="parent">May be missing.</param>
    /// <param name="prefix">The first letters of their names.</param>
    public static IEnumerable<PrivateDirectory> Abandoned(string parent, string prefix)
    {
        if (!Directory.Exists(parent))
            yield break;
        var paths = Directory.GetDirectories(parent, prefix + "*")
            .Union(Directory.GetFiles(parent, prefix + "*" + LockEnding).Select(file => file[..^LockEnding.Length]));
        foreach (var path in paths)
        {
            if (TryTake(path) is { } taken)
                yield return taken;
        }
    }

    /// <summary>Takes over a directory; null when a living process has it.</summary>
    public static PrivateDirectory? TryTake(string path) =>
        TryHold(path, out var held) ? new PrivateDirectory(path, held) : null;

    /// <summary>Leaves the directory where it is when this is disposed.</summary>
    public void Keep() => _kept = true;

    public void Dispose()
    {
        try
        {
            if (!_kept && Directory.Exists(Path))
                Directory.Delete(Path, recursive: true);
            _lock.Dispose();
            RemoveEmptyParent();
        }
        catch (IOException)
        {
            // The parent holds other things; or what cannot be removed now is removed when the engine is opened next.
            _lock.Dispose();
        }
    }

    /// <summary>The engine's own directory goes with the last thing in it; one that the host named stays.</summary>
    private void RemoveEmptyParent()
    {
        var parent = System.IO.Path.GetDirectoryName(Path)!;
        if (System.IO.Path.GetFileName(parent) == DatabaseFiles.StateDirectoryName)
            Directory.Delete(parent);
    }

    private static bool TryHold(string path, [NotNullWhen(true)] out FileStream? held)
    {
        try
        {
            held = Hold(path);
            return true;
        }
        catch (IOException)
        {
            held = null;
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            held = null;
            return false;
        }
    }

    /// <summary>Somebody who looks for abandoned directories may have the lock for a moment.</summary>
    private static FileStream HoldNew(string path)
    {
        const int attempts = 500;
        for (var attempt = 1; ; attempt++)
        {
            if (TryHold(path, out var held))
                return held;
            if (attempt == attempts)
                return Hold(path);
            Thread.Yield();
        }
    }

    private static FileStream Hold(string path) =>
        new(path + LockEnding, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            Options = FileOptions.DeleteOnClose,
            BufferSize = 0,
        });
}
