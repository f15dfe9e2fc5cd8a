using Backup.Sql.Storage;

namespace Backup.Sql.Collections;

/// <summary>A chain with the stores that its layers lie in; disposing it closes them.</summary>
internal sealed class OpenedChain(Chain chain, IReadOnlyList<IObjectStore> stores) : IAsyncDisposable
{
    public Chain Chain => chain;

    public async ValueTask DisposeAsync()
    {
        foreach (var store in stores)
            await store.DisposeAsync().ConfigureAwait(false);
    }
}
