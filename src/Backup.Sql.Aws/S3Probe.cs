using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.Aws;

/// <summary>
/// Finds out what a server can do by doing it: a second put of one name, on condition that the name is free, must be
/// refused. Servers exist that accept it, and some that do not know the condition. The name holds chance, so that
/// a name that is taken was taken by this probe.
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
            var conditional = await PutTwiceAsync(name, cancellationToken).ConfigureAwait(false)
                ? StoreCapabilities.ConditionalPut
                : StoreCapabilities.None;
            var batch = await DeleteAsync(name).ConfigureAwait(false)
                ? StoreCapabilities.BatchDelete
                : StoreCapabilities.None;
            return StoreCapabilities.StrongListing | conditional | batch;
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
        var first = await TryPutAsync(name, cancellationToken).ConfigureAwait(false);
        if (first == Answer.Refused)
        {
            // The condition may be what the server does not like, or something else: without one, it will say.
            using var content = Content();
            await bucket.PutAsync(name, content, onlyIfAbsent: false, cancellationToken).ConfigureAwait(false);
        }

        return first == Answer.Created
            && await TryPutAsync(name, cancellationToken).ConfigureAwait(false) == Answer.Taken;
    }

    /// <summary>Deletes the probe, as one of many.</summary>
    /// <returns>False when the server cannot do that.</returns>
    private async Task<bool> DeleteAsync(string name)
    {
        try
        {
            if (bucket.MayDeleteMany)
            {
                await bucket.DeleteManyAsync([name], CancellationToken.None).ConfigureAwait(false);
                return true;
            }
        }
        catch (BackupSqlException error) when (error.SqlState == SqlStates.InsufficientPrivilege)
        {
            // Credentials that may write but not delete are fit for backups: then the probe stays, and listings leave
            // names like this one out.
            return true;
        }
        catch (BackupSqlException)
        {
            // One by one, then.
        }

        try
        {
            await bucket.DeleteAsync(name, CancellationToken.None).ConfigureAwait(false);
        }
        catch (BackupSqlException)
        {
            // As above.
        }

        return false;
    }

    private async Task<Answer> TryPutAsync(string name, CancellationToken cancellationToken)
    {
        using var content = Content();
        try
        {
            return await bucket.PutAsync(name, content, onlyIfAbsent: true, cancellationToken).ConfigureAwait(false)
                ? Answer.Created
                : Answer.Taken;
        }
        catch (BackupSqlException error) when (
            !error.IsTransient && error.SqlState is SqlStates.FeatureNotSupported or SqlStates.IoError)
        {
            return Answer.Refused;
        }
    }

    private static MemoryStream Content() => new("probe"u8.ToArray());

    private enum Answer
    {
        Created,
        Taken,
        Refused,
    }
}
