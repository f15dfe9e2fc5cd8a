namespace Backup.Sql.Storage;

/// <summary>Opens stores by their sealed location.</summary>
internal sealed class StoreOpener(ObjectStoreProviders providers, ISecretVault vault, INamedLocations names)
{
    public async ValueTask<IObjectStore> OpenAsync(string sealedLocation, CancellationToken cancellationToken)
    {
        var location = vault.Open(sealedLocation);
        if (location.IsNamed)
            location = await names.ResolveAsync(location, cancellationToken).ConfigureAwait(false);
        return await providers.OpenAsync(location, cancellationToken).ConfigureAwait(false);
    }
}
