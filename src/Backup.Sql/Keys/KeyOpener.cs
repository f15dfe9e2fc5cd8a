using Backup.Sql.Storage;

namespace Backup.Sql.Keys;

/// <summary>Opens key services by the sealed location of a key, <c>external://</c> ones included.</summary>
internal sealed class KeyOpener(KeyServices services, SealedLocations locations)
{
    public async ValueTask<IKeyManagementService> OpenAsync(
        string sealedLocation, CancellationToken cancellationToken)
    {
        var location = await locations.OpenAsync(sealedLocation, cancellationToken).ConfigureAwait(false);
        return await services.OpenAsync(location, cancellationToken).ConfigureAwait(false);
    }
}
