namespace Backup.Sql.Storage;

/// <summary>Opens stores by their sealed location.</summary>
internal sealed class StoreOpener(ObjectStoreProviders providers, SealedLocations locations)
{
    /// <summary>Opens what a sealed text names: one location, or a list of them as one store.</summary>
    public async ValueTask<IObjectStore> OpenAsync(string sealedLocation, CancellationToken cancellationToken)
    {
        var list = LocationList.Split(sealedLocation);
        var main = await OpenOneAsync(list[0], cancellationToken).ConfigureAwait(false);
        if (list.Count == 1)
            return main;
        var others = new List<(string? Locality, IObjectStore Store)>();
        try
        {
            foreach (var location in list.Skip(1))
            {
                var locality = StoreUri.Parse(location).Locality;
                others.Add((locality, await OpenOneAsync(location, cancellationToken).ConfigureAwait(false)));
            }
        }
        catch
        {
            foreach (var store in others.Select(other => other.Store).Prepend(main))
                await store.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return new LocalityStore(main, others);
    }

    private async ValueTask<IObjectStore> OpenOneAsync(string sealedLocation, CancellationToken cancellationToken)
    {
        var location = await locations.OpenAsync(sealedLocation, cancellationToken).ConfigureAwait(false);
        return await providers.OpenAsync(location, cancellationToken).ConfigureAwait(false);
    }
}
