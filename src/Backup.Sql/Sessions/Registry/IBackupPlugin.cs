using Backup.Sql.Diagnostics;

namespace Backup.Sql.Sessions.Registry;

/// <summary>
/// Knows backups that were made elsewhere, so that IMPORT BACKUP … USING PLUGIN can take them over. The host registers
/// plug-ins; <c>collection</c>, for backups that lie in a collection, is built in. All members may be called
/// concurrently.
/// </summary>
public interface IBackupPlugin
{
    /// <summary>What statements call it; not <c>collection</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Looks at a backup. Called when it is imported, and again whenever somebody looks at it while it is not complete.
    /// </summary>
    /// <param name="handle">What the user gave: how the plug-in calls the backup.</param>
    /// <param name="database">The database that it is of.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>What is known of it.</returns>
    /// <exception cref="BackupSqlException">The handle means nothing, or the backup is of another database.</exception>
    ValueTask<PluginBackup> InspectAsync(string handle, string database, CancellationToken cancellationToken = default);

    /// <summary>Deletes a backup for good; one that is gone already is fine.</summary>
    /// <param name="handle">As it was imported.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask DeleteAsync(string handle, CancellationToken cancellationToken = default);
}
