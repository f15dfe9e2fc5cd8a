namespace Backup.Sql.Catalog;

/// <summary>An engine's catalog at one time. Every call answers for that time, whatever happens meanwhile.</summary>
public interface ICatalogReader : IAsyncDisposable
{
    /// <summary>The databases, by name.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>All databases of the cluster.</returns>
    ValueTask<IReadOnlyList<DatabaseDescriptor>> GetDatabasesAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Everything in a database but the database itself, in an order in which it can be made again: schemas, types,
    /// functions, sequences, tables, views, triggers, each after what it depends on.
    /// </summary>
    /// <param name="database">A name out of <see cref="GetDatabasesAsync"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The descriptors.</returns>
    ValueTask<IReadOnlyList<ObjectDescriptor>> GetObjectsAsync(
        string database, CancellationToken cancellationToken = default);

    /// <summary>Measures a table.</summary>
    /// <param name="table">A descriptor out of <see cref="GetObjectsAsync"/>.</param>
    /// <param name="rows">
    /// How many rows it has, where the caller knows already, because it has just read them: an engine that would have
    /// to read the table to count it takes this instead. Null to have them counted.
    /// </param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The figures.</returns>
    ValueTask<TableStatistics> GetStatisticsAsync(
        TableDescriptor table, long? rows = null, CancellationToken cancellationToken = default);
}
