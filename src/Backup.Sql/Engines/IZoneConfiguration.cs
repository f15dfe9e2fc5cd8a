namespace Backup.Sql.Engines;

/// <summary>
/// Of engines with <see cref="EngineCapabilities.ZoneConfiguration"/>: how long history is kept, and which rows stay
/// out of backups. What is set shows in the descriptors (<see cref="Catalog.DatabaseDescriptor.HistoryRetention"/>,
/// <see cref="Catalog.TableDescriptor.HistoryRetention"/>, <see cref="Catalog.TableDescriptor.ExcludeData"/>), and
/// holds again for what a restore makes from them.
/// </summary>
public interface IZoneConfiguration
{
    /// <summary>Sets for how long a database or a table keeps its history.</summary>
    /// <param name="database">The database, by stored name.</param>
    /// <param name="table">A table of it, by id; null for the database.</param>
    /// <param name="retention">
    /// How long; zero for not at all; null for what holds when nothing is set: nothing on an engine that keeps none by
    /// nature. An engine that kept none starts to, and knows no time before this.
    /// </param>
    /// <param name="cancellationToken">Ends the call; nothing has changed then.</param>
    /// <exception cref="Diagnostics.BackupSqlException">0A000 the engine cannot set it for a single table.</exception>
    ValueTask SetHistoryRetentionAsync(
        string database, long? table, TimeSpan? retention, CancellationToken cancellationToken = default);

    /// <summary>Says whether the rows of a table stay out of backups; its definition never does.</summary>
    /// <param name="database">The database, by stored name.</param>
    /// <param name="table">The table's id.</param>
    /// <param name="isExcluded">True to leave them out.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask SetDataExclusionAsync(
        string database, long table, bool isExcluded, CancellationToken cancellationToken = default);
}
