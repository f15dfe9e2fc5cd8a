using Backup.Sql.Storage;

namespace Backup.Sql.Scenarios.Fixture;

/// <summary>A store that tells of every call before it is made.</summary>
internal sealed class WatchedStore(IObjectStore inner, Action called) : IObjectStore
{
    public StoreCapabilities Capabilities => inner.Capabilities;

    public async ValueTask<IObjectWriter> BeginPutAsync(string name, CancellationToken cancellationToken = default)
    {
        called();
        return new Writer(await inner.BeginPutAsync(name, cancellationToken), called);
    }

    public ValueTask<bool> PutIfAbsentAsync(
        string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        called();
        return inner.PutIfAbsentAsync(name, content, cancellationToken);
    }

    public ValueTask ReadAsync(string name, long offset, Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        called();
        return inner.ReadAsync(name, offset, buffer, cancellationToken);
    }

    public ValueTask<ObjectInfo?> HeadAsync(string name, CancellationToken cancellationToken = default)
    {
        called();
        return inner.HeadAsync(name, cancellationToken);
    }

    public IAsyncEnumerable<ListEntry> ListAsync(ListRequest request, CancellationToken cancellationToken = default)
    {
        called();
        return inner.ListAsync(request, cancellationToken);
    }

    public ValueTask DeleteAsync(string name, CancellationToken cancellationToken = default)
    {
        called();
        return inner.DeleteAsync(name, cancellationToken);
    }

    public ValueTask RemoveUnfinishedAsync(string directory, CancellationToken cancellationToken = default)
    {
        called();
        return inner.RemoveUnfinishedAsync(directory, cancellationToken);
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private sealed class Writer(IObjectWriter inner, Action called) : IObjectWriter
    {
        public ValueTask WritePartAsync(ReadOnlyMemory<byte> part, CancellationToken cancellationToken = default)
        {
            called();
            return inner.WritePartAsync(part, cancellationToken);
        }

        public ValueTask CompleteAsync(CancellationToken cancellationToken = default)
        {
            called();
            return inner.CompleteAsync(cancellationToken);
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
