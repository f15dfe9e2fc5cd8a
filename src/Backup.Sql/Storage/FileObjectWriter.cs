using Backup.Sql.Diagnostics;
using Backup.Sql.Storage.Interop;
using Microsoft.Win32.SafeHandles;

namespace Backup.Sql.Storage;

/// <summary>A file written aside that becomes an object by getting its name as the last step.</summary>
internal sealed class FileObjectWriter : IObjectWriter
{
    private readonly string _name;
    private readonly string _path;
    private readonly string _aside;
    private readonly string _root;
    private SafeFileHandle? _file;
    private long _length;
    private bool _asideExists = true;

    private FileObjectWriter(string name, string path, string aside, string root, SafeFileHandle file)
    {
        _name = name;
        _path = path;
        _aside = aside;
        _root = root;
        _file = file;
    }

    /// <summary>
    /// How the file aside is shared while it is written: not, which takes a lock that tells it from what a dead process
    /// left. Windows needs no lock for that, but has to be allowed to rename what is open.
    /// </summary>
    private static FileShare Share => OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None;

    /// <summary>Creates the file aside, in the directory of the final path, which must exist.</summary>
    public static FileObjectWriter Create(string name, string path, string root, IRandomSource random)
    {
        const int attempts = 5;
        Span<byte> chance = stackalloc byte[12];
        for (var attempt = 1; ; attempt++)
        {
            random.Fill(chance);
            var aside = Path.Join(
                Path.GetDirectoryName(path), ObjectName.AsidePrefix + Convert.ToHexStringLower(chance));
            try
            {
                var file = File.OpenHandle(aside, FileMode.CreateNew, FileAccess.Write, Share);
                return new FileObjectWriter(name, path, aside, root, file);
            }
            catch (IOException failure) when (FileFailures.IsLocked(failure) && attempt < attempts)
            {
                // Whoever tidies up was there before the lock was, and removes the empty file.
            }
        }
    }

    /// <summary>Removes the files aside, in a directory and those below it, that no living process writes.</summary>
    public static void RemoveAbandoned(string directory)
    {
        var everything = new EnumerationOptions
        {
            RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint,
        };
        foreach (var path in Directory.EnumerateFiles(directory, ObjectName.AsidePrefix + "*", everything))
        {
            try
            {
                new FileStream(path, new FileStreamOptions
                {
                    Mode = FileMode.Open,
                    Access = FileAccess.ReadWrite,
                    Share = FileShare.None,
                    Options = FileOptions.DeleteOnClose,
                    BufferSize = 0,
                }).Dispose();
            }
            catch (IOException failure) when (failure is FileNotFoundException || FileFailures.IsLocked(failure))
            {
                // It is being written, or is an object by now.
            }
        }
    }

    public async ValueTask WritePartAsync(ReadOnlyMemory<byte> part, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var file = Open();
        try
        {
            await RandomAccess.WriteAsync(file, part, _length, cancellationToken).ConfigureAwait(false);
            _length += part.Length;
        }
        catch (Exception failure) when (FileFailures.IsFailure(failure))
        {
            throw FileFailures.Translate(failure, "write", _name, _path, _root);
        }
    }

    public async ValueTask CompleteAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var file = Open();
        _file = null;
        try
        {
            // Flushing takes as long as the disk needs: not on the caller's thread.
            await Task.Run(() => Publish(file, cancellationToken), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure) when (FileFailures.IsFailure(failure))
        {
            throw FileFailures.Translate(failure, "write", _name, _path, _root);
        }
    }

    public ValueTask DisposeAsync()
    {
        _file?.Dispose();
        _file = null;
        RemoveAside();
        return ValueTask.CompletedTask;
    }

    private void Publish(SafeFileHandle file, CancellationToken cancellationToken)
    {
        using (file)
        {
            // A disk that lost bytes without an error, or somebody who truncated the file, must not become an object.
            if (RandomAccess.GetLength(file) != _length)
                throw Errors.ObjectEndsEarly(_name, 0, _length, RandomAccess.GetLength(file));
            RandomAccess.FlushToDisk(file);

            // The last moment at which giving up leaves nothing; from here on the put goes through to its end.
            cancellationToken.ThrowIfCancellationRequested();
            if (FileRoot.FindLink(_root, Path.GetDirectoryName(_path)!) is { } link)
                throw Errors.PassesThroughLink(_name, link);
            if (OperatingSystem.IsWindows())
            {
                MoveToName();
                return;
            }

            if (!UnixFiles.TryLink(_aside, _path))
                throw Errors.ObjectExists(_name);
            RemoveAside();
        }

        if (!OperatingSystem.IsWindows())
            UnixFiles.FlushDirectory(Path.GetDirectoryName(_path)!);
    }

    // Windows moves in one step and fails if the name is taken.
    private void MoveToName()
    {
        try
        {
            File.Move(_aside, _path, overwrite: false);
            _asideExists = false;
        }
        catch (IOException) when (Path.Exists(_path))
        {
            throw Errors.ObjectExists(_name);
        }
    }

    private void RemoveAside()
    {
        if (!_asideExists)
            return;
        _asideExists = false;
        try
        {
            File.Delete(_aside);
        }
        catch (Exception failure) when (FileFailures.IsFailure(failure))
        {
            // What stays aside is never listed: not worth failing a put that succeeded, or hiding why one failed.
        }
    }

    private SafeFileHandle Open() => _file
        ?? throw new InvalidOperationException("the object was completed or discarded; begin a new one");
}
