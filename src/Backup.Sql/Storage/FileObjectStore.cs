using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage.Interop;

namespace Backup.Sql.Storage;

/// <summary>
/// A directory as a store: a name's parts are directories and a file. Opened by <see cref="FileObjectStoreProvider"/>.
/// </summary>
/// <remarks>
/// A put writes a file aside in the directory it is meant for, flushes it, gives it its name by a hard link, which
/// fails if the name is taken, and flushes the directory. What a crash leaves aside is never listed, harms nobody, and
/// goes with <see cref="RemoveUnfinishedAsync"/>.
/// One name cannot be an object and also the beginning of another's; a name that is a directory counts as taken.
/// Directories stay when their last object is deleted.
/// </remarks>
public sealed class FileObjectStore : IObjectStore
{
    private static readonly SearchValues<char> RefusedOnWindows = SearchValues.Create(":*?\"<>|");

    private readonly string _root;
    private readonly string _location;
    private readonly IRandomSource _random;

    // Directories whose own names are known to be durable: flushing a parent again for each object would be waste.
    private readonly ConcurrentDictionary<string, bool> _durable = new(StringComparer.Ordinal);

    internal FileObjectStore(string root, string location, IRandomSource random)
    {
        _root = root;
        _location = location;
        _random = random;
    }

    /// <inheritdoc/>
    public StoreCapabilities Capabilities => StoreCapabilities.ConditionalPut | StoreCapabilities.StrongListing;

    /// <inheritdoc/>
    public ValueTask<IObjectWriter> BeginPutAsync(string name, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = PathOf(name);
        try
        {
            if (Path.Exists(path))
                throw Errors.ObjectExists(name);
            return new(Begin(name, path));
        }
        catch (Exception failure) when (FileFailures.IsFailure(failure))
        {
            throw FileFailures.Translate(failure, "write", name, path, _root);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<bool> PutIfAbsentAsync(
        string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        try
        {
            var writer = await BeginPutAsync(name, cancellationToken).ConfigureAwait(false);
            await using (writer.ConfigureAwait(false))
            {
                await writer.WritePartAsync(content, cancellationToken).ConfigureAwait(false);
                await writer.CompleteAsync(cancellationToken).ConfigureAwait(false);
                return true;
            }
        }
        catch (BackupSqlException taken) when (taken.SqlState == SqlStates.DuplicateFile)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public async ValueTask ReadAsync(
        string name, long offset, Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        var path = PathOf(name);
        try
        {
            // Sharing everything keeps .NET from taking an advisory lock on the file.
            using var file = File.OpenHandle(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var length = RandomAccess.GetLength(file);
            if (offset > length - buffer.Length)
                throw Errors.ObjectEndsEarly(name, offset, buffer.Length, length);
            for (var filled = 0; filled < buffer.Length;)
            {
                var count = await RandomAccess.ReadAsync(file, buffer[filled..], offset + filled, cancellationToken)
                    .ConfigureAwait(false);
                if (count == 0)
                    throw Errors.ObjectEndsEarly(name, offset, buffer.Length, offset + filled);
                filled += count;
            }
        }
        catch (Exception failure) when (FileFailures.IsFailure(failure))
        {
            throw FileFailures.Translate(failure, "read", name, path, _root);
        }
    }

    /// <inheritdoc/>
    public ValueTask<ObjectInfo?> HeadAsync(string name, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = PathOf(name);
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists && !Directory.Exists(_root))
                throw Errors.RootMissing(_root);
            return new(file.Exists ? new ObjectInfo(name, file.Length) : null);
        }
        catch (Exception failure) when (FileFailures.IsFailure(failure))
        {
            throw FileFailures.Translate(failure, "read", name, path, _root);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ListEntry> ListAsync(
        ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var walk = new FileWalk(_root, _location, request);
        while (await walk.NextAsync(cancellationToken).ConfigureAwait(false))
            yield return walk.Current;
    }

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(string name, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = PathOf(name);
        try
        {
            if (!File.Exists(path))
                return;
            await Task.Run(() => Delete(path), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure) when (FileFailures.IsFailure(failure))
        {
            throw FileFailures.Translate(failure, "delete", name, path, _root);
        }
    }

    /// <inheritdoc/>
    /// <remarks>
    /// A put holds a lock on the file that it writes aside, and the system lets go of it when the process dies. Where a
    /// file system knows no locks, a put of another host may be removed too: it then fails, and nothing else happens.
    /// </remarks>
    public async ValueTask RemoveUnfinishedAsync(string directory, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (directory.Length == 0)
            return;
        var path = PathOf(directory.TrimEnd('/'));
        try
        {
            if (Directory.Exists(path))
                await Task.Run(() => FileObjectWriter.RemoveAbandoned(path), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (FileFailures.IsFailure(failure))
        {
            throw FileFailures.Translate(failure, "tidy", directory, path, _root);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static void Delete(string path)
    {
        File.Delete(path);
        FlushDirectory(Path.GetDirectoryName(path)!);
    }

    private FileObjectWriter Begin(string name, string path)
    {
        var directory = Path.GetDirectoryName(path)!;
        EnsureDirectory(directory);
        try
        {
            return FileObjectWriter.Create(name, path, _root, _random);
        }
        catch (DirectoryNotFoundException)
        {
            // Somebody removed the directory since it was last seen. It is made once more; a second loss is an error.
            _durable.Clear();
            EnsureDirectory(directory);
            return FileObjectWriter.Create(name, path, _root, _random);
        }
    }

    /// <summary>
    /// Makes a directory and those above it up to the root, and their names durable. A directory that exists may be
    /// the work of a process that died before its flush, so its parent is flushed all the same the first time.
    /// </summary>
    private void EnsureDirectory(string directory)
    {
        if (_durable.ContainsKey(directory))
            return;
        if (directory.Length <= _root.Length)
        {
            if (!Directory.Exists(directory))
                throw Errors.RootMissing(directory);
            return;
        }

        var parent = Path.GetDirectoryName(directory)!;
        EnsureDirectory(parent);
        Directory.CreateDirectory(directory);
        FlushDirectory(parent);
        _durable.TryAdd(directory, true);
    }

    private static void FlushDirectory(string directory)
    {
        // Windows offers no such flush: NTFS journals names itself.
        if (!OperatingSystem.IsWindows())
            UnixFiles.FlushDirectory(directory);
    }

    private string PathOf(string name)
    {
        ObjectName.Check(name);
        if (OperatingSystem.IsWindows() && name.AsSpan().ContainsAny(RefusedOnWindows))
            throw Errors.InvalidObjectName(name);
        var path = Path.Join(_location, name.Replace('/', Path.DirectorySeparatorChar));
        return FileRoot.FindLink(_root, path) is { } link ? throw Errors.PassesThroughLink(name, link) : path;
    }
}
