using Backup.Sql.Storage;

namespace Backup.Sql.Scenarios.Fixture;

/// <summary>Opens stores that pass every object through a gate before it is written.</summary>
internal sealed class GateStoreProvider(IObjectStoreProvider inner, StoreGate gate) : IObjectStoreProvider
{
    public IReadOnlyList<string> Schemes => inner.Schemes;

    public void Check(StoreUri uri) => inner.Check(uri);

    public async ValueTask<IObjectStore> OpenAsync(StoreUri uri, CancellationToken cancellationToken = default) =>
        new GateStore(await inner.OpenAsync(uri, cancellationToken), gate);

    private sealed class GateStore(IObjectStore inner, StoreGate gate) : IObjectStore
    {
        public StoreCapabilities Capabilities => inner.Capabilities;

        public async ValueTask<IObjectWriter> BeginPutAsync(string name, CancellationToken cancellationToken = default)
        {
            await gate.PassAsync("write " + name, cancellationToken);
            return await inner.BeginPutAsync(name, cancellationToken);
        }

        public async ValueTask<bool> PutIfAbsentAsync(
            string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
        {
            await gate.PassAsync("write " + name, cancellationToken);
            return await inner.PutIfAbsentAsync(name, content, cancellationToken);
        }

        public async ValueTask ReadAsync(
            string name, long offset, Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await gate.PassAsync("read " + name, cancellationToken);
            await inner.ReadAsync(name, offset, buffer, cancellationToken);
        }

        public ValueTask<ObjectInfo?> HeadAsync(string name, CancellationToken cancellationToken = default) =>
            inner.HeadAsync(name, cancellationToken);

        public IAsyncEnumerable<ListEntry> ListAsync(ListRequest request, CancellationToken cancellationToken = default) =>
            inner.ListAsync(request, cancellationToken);

        public ValueTask DeleteAsync(string name, CancellationToken cancellationToken = default) =>
            inner.DeleteAsync(name, cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
