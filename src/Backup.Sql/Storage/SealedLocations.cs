using Backup.Sql.Diagnostics;

namespace Backup.Sql.Storage;

/// <summary>Finds out what a sealed location stands for: its secrets put back, its name resolved.</summary>
internal sealed class SealedLocations(ISecretVault vault, INamedLocations names)
{
    public async ValueTask<StoreUri> OpenAsync(string sealedLocation, CancellationToken cancellationToken)
    {
        var location = Unseal(sealedLocation);
        return location.IsNamed
            ? await names.ResolveAsync(location, cancellationToken).ConfigureAwait(false)
            : location;
    }

    /// <summary>Takes a passphrase out of the vault.</summary>
    public string OpenPassphrase(string reference)
    {
        try
        {
            return SealedPassphrase.Open(vault, reference);
        }
        catch (BackupSqlException error) when (error.SqlState == SqlStates.UndefinedObject)
        {
            throw Errors.PassphraseMissing(error);
        }
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
