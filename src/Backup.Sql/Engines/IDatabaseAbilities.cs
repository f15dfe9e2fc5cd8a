namespace Backup.Sql.Engines;

/// <summary>
/// Of engines whose databases differ in what can be done with them: one keeps history, the other does not. What
/// <see cref="EngineInfo.Capabilities"/> names holds for all of them.
/// </summary>
public interface IDatabaseAbilities
{
    /// <summary>Tells what can be done with a database now.</summary>
    /// <param name="database">The database, by stored name.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>All its abilities.</returns>
    /// <exception cref="Diagnostics.BackupSqlException">3D000 unknown database.</exception>
    ValueTask<EngineCapabilities> GetAbilitiesAsync(string database, CancellationToken cancellationToken = default);
}
