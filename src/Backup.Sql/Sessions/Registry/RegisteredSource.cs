using Backup.Sql.Binding;
using Backup.Sql.Collections;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.Sessions.Registry;

/// <summary>
/// Finds the registered backup that a RESTORE names in the place of a sub-directory. What has the shape of a date is a
/// sub-directory whatever the registry says.
/// </summary>
internal sealed class RegisteredSource(BackupRegistry registry)
{
    /// <summary>Puts sub-directory and time in the place of a registered name.</summary>
    /// <param name="restore">The statement.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The same statement if it names no registered backup.</returns>
    /// <exception cref="BackupSqlException">55000 the backup is not complete; 42702 several have that name.</exception>
    public async Task<BoundRestore> ResolveAsync(BoundRestore restore, CancellationToken cancellationToken)
    {
        if (restore is not { Subdirectory: { Length: > 0 } name, Locations.Count: 0 }
            || CollectionLayout.TryParseFullDirectory(name, out _))
            return restore;
        var location = LocationOf(restore.Collection);
        var found = await registry.FindAsync(
            name, cancellationToken, backup => backup.Collection is { } other && LocationOf(other) == location)
            .ConfigureAwait(false);
        if (found is null)
            return restore;
        var entry = found.Value;
        if (entry.State != BackupState.Succeeded)
            throw Errors.BackupNotSucceeded(found.Key, entry.State.ToString());
        return restore with
        {
            Subdirectory = entry.Chain,
            AsOf = restore.AsOf ?? entry.End,
            IncrementalLocation = restore.IncrementalLocation ?? entry.IncrementalLocation,
        };
    }

    private static string LocationOf(string location) => StoreUri.Parse(location).ToString().TrimEnd('/');
}
