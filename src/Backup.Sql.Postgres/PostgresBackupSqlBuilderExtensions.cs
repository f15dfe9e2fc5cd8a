using Backup.Sql.Sessions;

namespace Backup.Sql.Postgres;

/// <summary>What this package adds to a host.</summary>
public static class PostgresBackupSqlBuilderExtensions
{
    /// <summary>
    /// Backs up and restores the databases of a PostgreSQL server. The server is connected to at once.
    /// </summary>
    /// <param name="builder">The host that is put together.</param>
    /// <param name="name">What statements call the server: <c>WITH engine = 'name'</c>.</param>
    /// <param name="options">Which server, and how.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="Diagnostics.BackupSqlException">The server cannot be worked with.</exception>
    /// <example><code>
    /// services.AddBackupSql(backup => backup
    ///     .AddPostgres("pg", new() { ConnectionString = "Host=db1;Username=backup;Password=…" })
    ///     .AddFiles("/srv/backups"));
    /// </code></example>
    public static BackupSqlBuilder AddPostgres(
        this BackupSqlBuilder builder, string name, PostgresEngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddEngine(name, PostgresEngine.Open(options));
    }
}
