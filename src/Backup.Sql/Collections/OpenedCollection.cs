using Backup.Sql.Storage;

namespace Backup.Sql.Collections;

/// <summary>A collection with the stores that it lies in; disposing it closes them and zeroes its keys.</summary>
internal sealed class OpenedCollection(Collection collection, IReadOnlyList<IObjectStore> stores) : IAsyncDisposable
{
    public Collection Collection => collection;

    public async ValueTask DisposeAsync()
    {
        collection.Keys.Dispose();
        foreach (var store in stores)
            await store.DisposeAsync().ConfigureAwait(false);
    }
}
