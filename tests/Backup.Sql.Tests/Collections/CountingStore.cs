using Backup.Sql.Storage;

namespace Backup.Sql.Tests.Collections;

/// <summary>Counts what a collection asks of its store.</summary>
internal sealed class CountingStore(IObjectStore inner) : IObjectStore
{
    public int EntriesListed { get; set; }

    public long BytesRead { get; set; }

    public StoreCapabilities Capabilities => inner.Capabilities;

    public ValueTask<IObjectWriter> BeginPutAsync(string name, CancellationToken cancellationToken = default) =>
        inner.BeginPutAsync(name, cancellationToken);

    public ValueTask<bool> PutIfAbsentAsync(
        string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        inner.PutIfAbsentAsync(name, content, cancellationToken);

    public ValueTask ReadAsync(string name, long offset, Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        BytesRead += buffer.Length;
        return inner.ReadAsync(name, offset, buffer, cancellationToken);
    }

    public ValueTask<ObjectInfo?> HeadAsync(string name, CancellationToken cancellationToken = default) =>
        inner.HeadAsync(name, cancellationToken);

    public async IAsyncEnumerable<ListEntry> ListAsync(
        ListRequest request,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var entry in inner.ListAsync(request, cancellationToken))
        {
            EntriesListed++;
            yield return entry;
        }
    }

    public ValueTask DeleteAsync(string name, CancellationToken cancellationToken = default) =>
        inner.DeleteAsync(name, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
