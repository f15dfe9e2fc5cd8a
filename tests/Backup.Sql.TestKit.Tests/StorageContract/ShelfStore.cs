using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.TestKit.Tests.StorageContract;

/// <summary>The example of docs/writing-a-store.md, which shows this file from the marker on.</summary>
// docs: store
public sealed class ShelfStore(ConcurrentDictionary<string, byte[]> shelf) : IObjectStore
{
    public StoreCapabilities Capabilities => StoreCapabilities.ConditionalPut | StoreCapabilities.StrongListing;

    public ValueTask<IObjectWriter> BeginPutAsync(string name, CancellationToken cancellationToken = default)
    {
        Enter(name, cancellationToken);
        return new(new Writer(this, name));
    }

    public ValueTask<bool> PutIfAbsentAsync(
        string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        Enter(name, cancellationToken);
        return new(shelf.TryAdd(name, content.ToArray()));
    }

    public ValueTask ReadAsync(
        string name, long offset, Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Enter(name, cancellationToken);
        if (!shelf.TryGetValue(name, out var content))
            throw new BackupSqlException(SqlStates.UndefinedFile, $"object {name} does not exist");
        if (offset > content.Length - buffer.Length)
            throw new BackupSqlException(SqlStates.DataCorrupted, $"object {name} is shorter than expected");
        content.AsMemory((int)offset, buffer.Length).CopyTo(buffer);
        return ValueTask.CompletedTask;
    }

    public ValueTask<ObjectInfo?> HeadAsync(string name, CancellationToken cancellationToken = default)
    {
        Enter(name, cancellationToken);
        return new(shelf.TryGetValue(name, out var content) ? new ObjectInfo(name, content.Length) : null);
    }

    public async IAsyncEnumerable<ListEntry> ListAsync(
        ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var fold = new ListFold(request);
        foreach (var (name, content) in shelf.ToArray().OrderBy(pair => pair.Key, ObjectName.Order))
        {
            if (fold.TryFold(name, content.Length, out var entry))
                yield return entry;
        }
    }

    public ValueTask DeleteAsync(string name, CancellationToken cancellationToken = default)
    {
        Enter(name, cancellationToken);
        shelf.TryRemove(name, out _);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static void Enter(string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectName.Check(name);
    }

    private sealed class Writer(ShelfStore store, string name) : IObjectWriter
    {
        private readonly MemoryStream _parts = new();

        public ValueTask WritePartAsync(ReadOnlyMemory<byte> part, CancellationToken cancellationToken = default) =>
            _parts.WriteAsync(part, cancellationToken);

        public async ValueTask CompleteAsync(CancellationToken cancellationToken = default)
        {
            if (!await store.PutIfAbsentAsync(name, _parts.ToArray(), cancellationToken))
                throw new BackupSqlException(SqlStates.DuplicateFile, $"object {name} exists already");
        }

        public ValueTask DisposeAsync() => _parts.DisposeAsync();
    }
}
