using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.Aws;

/// <summary>
/// Finds out what a server can do by doing it: a second put of one name, on condition that the name is free, must be
/// refused. Servers exist that accept it, and some that do not know the condition.
/// </summary>
internal sealed class S3Probe(S3Bucket bucket, IRandomSource random)
{
    public async Task<StoreCapabilities> RunAsync(CancellationToken cancellationToken)
    {
        var nonce = new byte[8];
        random.Fill(nonce);
        var name = $".~probe-{Convert.ToHexStringLower(nonce)}";
        try
        {
            return await PutTwiceAsync(name, cancellationToken).ConfigureAwait(false)
                ? StoreCapabilities.StrongListing | StoreCapabilities.ConditionalPut
                : StoreCapabilities.StrongListing;
        }
        catch (BackupSqlException error) when (
            error.SqlState == SqlStates.InsufficientPrivilege && S3Errors.IsPermissionMissing(error))
        {
            // The credentials may read only: who writes is told so then.
            return StoreCapabilities.StrongListing | StoreCapabilities.ReadOnly;
        }
    }

    private async Task<bool> PutTwiceAsync(string name, CancellationToken cancellationToken)
    {
        if (!await TryPutAsync(name, cancellationToken).ConfigureAwait(false))
            return false;
        try
        {
            return !await TryPutAsync(name, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await DeleteAsync(name).ConfigureAwait(false);
        }
    }

    // Credentials that may write but not delete are fit for backups: then the probe stays.
    private async Task DeleteAsync(string name)
    {
        try
        {
            await bucket.DeleteAsync(name, CancellationToken.None).ConfigureAwait(false);
        }
        catch (BackupSqlException)
        {
            // Listings leave names like this one out.
        }
    }

    private async Task<bool> TryPutAsync(string name, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream("probe"u8.ToArray());
        try
        {
            return await bucket.PutAsync(name, content, onlyIfAbsent: true, cancellationToken).ConfigureAwait(false);
        }
        catch (BackupSqlException error) when (error.SqlState == SqlStates.FeatureNotSupported)
        {
            return false;
        }
    }
}
