namespace Backup.Sql.Storage;

/// <summary>Opens stores by their sealed location.</summary>
internal sealed class StoreOpener(ObjectStoreProviders providers, ISecretVault vault)
{
    public ValueTask<IObjectStore> OpenAsync(string sealedLocation, CancellationToken cancellationToken) =>
        providers.OpenAsync(vault.Open(sealedLocation), cancellationToken);
}
