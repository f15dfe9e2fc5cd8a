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

    /// <summary>Creates the file aside, in the directory of the final path, which must exist.</summary>
    public static FileObjectWriter Create(string name, string path, string root, IRandomSource random)
    {
        Span<byte> chance = stackalloc byte[12];
        random.Fill(chance);
        var aside = Path.Join(Path.GetDirectoryName(path), ObjectName.AsidePrefix + Convert.ToHexStringLower(chance));
        var file = File.OpenHandle(
            aside, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        return new FileObjectWriter(name, path, aside, root, file);
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
        }

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
