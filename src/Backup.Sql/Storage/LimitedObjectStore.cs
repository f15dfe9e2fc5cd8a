using System.Runtime.CompilerServices;

namespace Backup.Sql.Storage;

/// <summary>Lets calls through as the limits allow.</summary>
internal sealed class LimitedObjectStore(IObjectStore inner, StoreLimits limits) : IObjectStore
{
    public StoreCapabilities Capabilities => inner.Capabilities;

    public async ValueTask<IObjectWriter> BeginPutAsync(string name, CancellationToken cancellationToken = default)
    {
        using var turn = await limits.EnterAsync(0, 0, cancellationToken).ConfigureAwait(false);
        var writer = await inner.BeginPutAsync(name, cancellationToken).ConfigureAwait(false);
        return new Writer(writer, limits);
    }

    public async ValueTask<bool> PutIfAbsentAsync(
        string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        using var turn = await limits.EnterAsync(0, content.Length, cancellationToken).ConfigureAwait(false);
        return await inner.PutIfAbsentAsync(name, content, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask ReadAsync(
        string name, long offset, Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var turn = await limits.EnterAsync(buffer.Length, 0, cancellationToken).ConfigureAwait(false);
        await inner.ReadAsync(name, offset, buffer, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<ObjectInfo?> HeadAsync(string name, CancellationToken cancellationToken = default)
    {
        using var turn = await limits.EnterAsync(0, 0, cancellationToken).ConfigureAwait(false);
        return await inner.HeadAsync(name, cancellationToken).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<ListEntry> ListAsync(
        ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // A turn lasts for one step: between two of them the caller may take its time, or call the store again.
        var listing = inner.ListAsync(request, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (listing.ConfigureAwait(false))
        {
            while (await NextAsync(listing, cancellationToken).ConfigureAwait(false))
                yield return listing.Current;
        }
    }

    public async ValueTask DeleteAsync(string name, CancellationToken cancellationToken = default)
    {
        using var turn = await limits.EnterAsync(0, 0, cancellationToken).ConfigureAwait(false);
        await inner.DeleteAsync(name, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask RemoveUnfinishedAsync(string directory, CancellationToken cancellationToken = default)
    {
        using var turn = await limits.EnterAsync(0, 0, cancellationToken).ConfigureAwait(false);
        await inner.RemoveUnfinishedAsync(directory, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DeleteManyAsync(IReadOnlyList<string> names, CancellationToken cancellationToken = default)
    {
        using var turn = await limits.EnterAsync(0, 0, cancellationToken).ConfigureAwait(false);
        await inner.DeleteManyAsync(names, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private async ValueTask<bool> NextAsync(
        IAsyncEnumerator<ListEntry> listing, CancellationToken cancellationToken)
    {
        using var turn = await limits.EnterAsync(0, 0, cancellationToken).ConfigureAwait(false);
        return await listing.MoveNextAsync().ConfigureAwait(false);
    }

    private sealed class Writer(IObjectWriter inner, StoreLimits limits) : IObjectWriter
    {
        public async ValueTask WritePartAsync(
            ReadOnlyMemory<byte> part, CancellationToken cancellationToken = default)
        {
            using var turn = await limits.EnterPartAsync(part.Length, cancellationToken).ConfigureAwait(false);
            await inner.WritePartAsync(part, cancellationToken).ConfigureAwait(false);
        }

        public async ValueTask CompleteAsync(CancellationToken cancellationToken = default)
        {
            using var turn = await limits.EnterAsync(0, 0, cancellationToken).ConfigureAwait(false);
            await inner.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
