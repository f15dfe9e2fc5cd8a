using Backup.Sql.Collections.Sealing;
using Backup.Sql.Storage;

namespace Backup.Sql.Collections;

/// <summary>A chain with the stores that its layers lie in; disposing it closes them and zeroes the keys.</summary>
internal sealed class OpenedChain(Chain chain, ChainKeys keys, IReadOnlyList<IObjectStore> stores)
    : IAsyncDisposable
{
    public Chain Chain => chain;

    public async ValueTask DisposeAsync()
    {
        keys.Dispose();
        foreach (var store in stores)
            await store.DisposeAsync().ConfigureAwait(false);
    }
}
