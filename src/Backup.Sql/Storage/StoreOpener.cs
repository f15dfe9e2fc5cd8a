using Backup.Sql.Diagnostics;

namespace Backup.Sql.Storage;

/// <summary>Opens stores by their sealed location.</summary>
internal sealed class StoreOpener(ObjectStoreProviders providers, ISecretVault vault, INamedLocations names)
{
    public async ValueTask<IObjectStore> OpenAsync(string sealedLocation, CancellationToken cancellationToken)
    {
        var location = Unseal(sealedLocation);
        if (location.IsNamed)
            location = await names.ResolveAsync(location, cancellationToken).ConfigureAwait(false);
        return await providers.OpenAsync(location, cancellationToken).ConfigureAwait(false);
    }

    private StoreUri Unseal(string sealedLocation)
    {
        try
        {
            return vault.Open(sealedLocation);
        }
        catch (BackupSqlException error) when (error.SqlState == SqlStates.UndefinedObject)
        {
            throw Errors.CredentialMissing(StoreUri.Parse(sealedLocation).ToString(), error);
        }
    }
}
