using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.Storage;

namespace Backup.Sql.Scenarios.Hostile;

/// <summary>Looks at what a library asks of its stores, and notes what no honest reader would ask.</summary>
internal sealed class NosyProvider(IObjectStoreProvider inner) : IObjectStoreProvider
{
    /// <summary>More calls than any statement on a collection of a few objects needs.</summary>
    public const int MaxCalls = 20_000;

    private const int MaxRead = 64 << 20;

    private readonly Lock _gate = new();

    public IReadOnlyList<string> Schemes => inner.Schemes;

    /// <summary>What was asked that should not have been.</summary>
    public List<string> Offences { get; } = [];

    public int Calls { get; private set; }

    public void Forget()
    {
        lock (_gate)
        {
            Offences.Clear();
            Calls = 0;
        }
    }

    public void Check(StoreUri uri) => inner.Check(uri);

    public async ValueTask<IObjectStore> OpenAsync(StoreUri uri, CancellationToken cancellationToken = default) =>
        new NosyStore(await inner.OpenAsync(uri, cancellationToken), this);

    private void Note(string call, string name, long length = 0)
    {
        lock (_gate)
        {
            if (++Calls == MaxCalls)
                Offences.Add("it does not come to an end");
            if (!ObjectName.IsValid(name))
                Offences.Add($"{call} '{name}'");
            if (length > MaxRead)
                Offences.Add($"{call} '{name}': {length} bytes at once");
        }
    }

    private sealed class NosyStore(IObjectStore inner, NosyProvider nose) : IObjectStore
    {
        public StoreCapabilities Capabilities => inner.Capabilities;

        public ValueTask<IObjectWriter> BeginPutAsync(string name, CancellationToken cancellationToken = default)
        {
            nose.Note("put", name);
            return inner.BeginPutAsync(name, cancellationToken);
        }

        public ValueTask<bool> PutIfAbsentAsync(
            string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
        {
            nose.Note("put", name);
            return inner.PutIfAbsentAsync(name, content, cancellationToken);
        }

        public ValueTask ReadAsync(string name, long offset, Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            nose.Note("read", name, buffer.Length);
            return inner.ReadAsync(name, offset, buffer, cancellationToken);
        }

        public ValueTask<ObjectInfo?> HeadAsync(string name, CancellationToken cancellationToken = default)
        {
            nose.Note("head", name);
            return inner.HeadAsync(name, cancellationToken);
        }

        public IAsyncEnumerable<ListEntry> ListAsync(ListRequest request, CancellationToken cancellationToken = default)
        {
            nose.Note("list", request.Prefix + "x");
            return inner.ListAsync(request, cancellationToken);
        }

        public ValueTask DeleteAsync(string name, CancellationToken cancellationToken = default)
        {
            nose.Note("delete", name);
            return inner.DeleteAsync(name, cancellationToken);
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
