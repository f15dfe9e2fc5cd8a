namespace Backup.Sql.Engines;

/// <summary>
/// Of engines that can run SQL of their own: what a user types that is no backup statement goes there.
/// </summary>
public interface ISqlPassThrough
{
    /// <summary>Runs a text in one database; every statement of it, the rows of the last one that has any.</summary>
    /// <param name="database">The database, by stored name.</param>
    /// <param name="sql">One or more statements in the engine's own dialect.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Columns and rows.</returns>
    /// <exception cref="Diagnostics.BackupSqlException">The engine refused a statement; those before it have taken
    /// effect.</exception>
    ValueTask<PassThroughResult> ExecuteAsync(
        string database, string sql, CancellationToken cancellationToken = default);
}
