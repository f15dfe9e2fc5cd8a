using Backup.Sql.Catalog;

namespace Backup.Sql.Engines;

/// <summary>
/// Of engines that keep history: a hold makes the engine keep everything from a time on, until the layer that needs it
/// is committed.
/// </summary>
public interface IRetentionHolds
{
    /// <summary>Places or moves a hold.</summary>
    /// <param name="name">The hold's name; placing it again moves it.</param>
    /// <param name="from">History from this time on is kept.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="Diagnostics.BackupSqlException">22008 when that history is gone already.</exception>
    ValueTask HoldAsync(string name, HlcTimestamp from, CancellationToken cancellationToken = default);

    /// <summary>
    /// Says that a hold is still wanted; a missing one is fine. An engine may let a hold lapse of which it has not
    /// heard for a week: whoever placed it may have died, and all that knew of it. The default: holds never lapse.
    /// </summary>
    /// <param name="name">The hold's name.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask RenewAsync(string name, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

    /// <summary>Removes a hold; a missing one is fine.</summary>
    /// <param name="name">The hold's name.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask ReleaseAsync(string name, CancellationToken cancellationToken = default);
}
