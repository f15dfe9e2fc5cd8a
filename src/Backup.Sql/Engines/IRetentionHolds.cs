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

    /// <summary>Removes a hold; a missing one is fine.</summary>
    /// <param name="name">The hold's name.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask ReleaseAsync(string name, CancellationToken cancellationToken = default);
}
