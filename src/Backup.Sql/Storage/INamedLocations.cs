namespace Backup.Sql.Storage;

/// <summary>Knows what locations of scheme <c>external</c> stand for.</summary>
internal interface INamedLocations
{
    /// <summary>
    /// Gives the location that a name stands for now, secrets and all: it is asked for whenever a store is opened, so
    /// that a name that has changed takes effect at once.
    /// </summary>
    /// <param name="named">A location of scheme <c>external</c>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>A location of another scheme.</returns>
    /// <exception cref="Diagnostics.BackupSqlException">42704 no such name; 42P00 names go round in a
    /// circle.</exception>
    ValueTask<StoreUri> ResolveAsync(StoreUri named, CancellationToken cancellationToken);
}
