using Backup.Sql.Catalog;

namespace Backup.Sql.Engines;

/// <summary>
/// Of engines that keep history: tells when the catalog changed, so that a backup can carry every version of it.
/// </summary>
public interface ICatalogHistory
{
    /// <summary>The times at which an object of a database was made, changed or dropped.</summary>
    /// <param name="database">The database.</param>
    /// <param name="after">Only changes after this time; zero for all that are kept.</param>
    /// <param name="upTo">Only changes up to and including this time.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The times, ascending, each once.</returns>
    ValueTask<IReadOnlyList<HlcTimestamp>> GetCatalogChangesAsync(
        string database, HlcTimestamp after, HlcTimestamp upTo, CancellationToken cancellationToken = default);

    /// <summary>The earliest time of which the rows and the catalog of a database are still kept.</summary>
    /// <param name="database">The database.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The time.</returns>
    ValueTask<HlcTimestamp> GetHistoryStartAsync(string database, CancellationToken cancellationToken = default);
}
