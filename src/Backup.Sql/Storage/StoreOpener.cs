using Backup.Sql.Diagnostics;

namespace Backup.Sql.Storage;

/// <summary>Opens stores by their sealed location.</summary>
internal sealed class StoreOpener(ObjectStoreProviders providers, ISecretVault vault)
{
    public ValueTask<IObjectStore> OpenAsync(string sealedLocation, CancellationToken cancellationToken) =>
        providers.OpenAsync(Unseal(sealedLocation), cancellationToken);

    private StoreUri Unseal(string sealedLocation)
    {
        try
        {
            return vault.Open(sealedLocation);
        }
        catch (BackupSqlException error) when (error.SqlState == SqlStates.UndefinedObject)
        {
            var location = StoreUri.Parse(sealedLocation);
            throw Errors.CredentialMissing($"{location.Scheme}://{location.Host}{location.Path}", error);
        }
    }
}
