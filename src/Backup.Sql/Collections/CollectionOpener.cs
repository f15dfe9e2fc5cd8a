using Backup.Sql.Storage;

namespace Backup.Sql.Collections;

/// <summary>Opens collections by their sealed locations.</summary>
internal sealed class CollectionOpener(StoreOpener stores)
{
    /// <summary>The codecs that data files are read and written with.</summary>
    public CompressionCodecs Codecs { get; } = CompressionCodecs.Default;

    public async Task<OpenedCollection> OpenAsync(
        string location, string? incrementals, CancellationToken cancellationToken)
    {
        var main = await stores.OpenAsync(location, cancellationToken).ConfigureAwait(false);
        try
        {
            var second = incrementals is null
                ? null
                : await stores.OpenAsync(incrementals, cancellationToken).ConfigureAwait(false);
            return new OpenedCollection(
                Collection.Open(main, second, Codecs), second is null ? [main] : [main, second]);
        }
        catch
        {
            await main.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Opens the chain that the deprecated forms name by its locations, oldest first.</summary>
    public async Task<OpenedChain> OpenLocationsAsync(
        IReadOnlyList<string> locations, CancellationToken cancellationToken)
    {
        var opened = new List<IObjectStore>();
        try
        {
            foreach (var location in locations)
                opened.Add(await stores.OpenAsync(location, cancellationToken).ConfigureAwait(false));
            var chain = await Collection.LoadLocationsAsync(opened, cancellationToken).ConfigureAwait(false);
            return new OpenedChain(chain, opened);
        }
        catch
        {
            foreach (var store in opened)
                await store.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
