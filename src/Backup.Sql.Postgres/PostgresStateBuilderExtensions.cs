using Backup.Sql.Sessions;
using Backup.Sql.Storage;

namespace Backup.Sql.Postgres;

/// <summary>What keeps the state of a host in PostgreSQL.</summary>
public static class PostgresStateBuilderExtensions
{
    /// <summary>
    /// Keeps jobs, schedules, connections and the like in a PostgreSQL database, which any number of processes on any
    /// number of hosts may share. The secrets in it are sealed, so that whoever can read the database has none of them.
    /// </summary>
    /// <param name="builder">The host that is put together.</param>
    /// <param name="connectionString">How the database is reached; see <see cref="PostgresStateStore.Open(string)"/>.</param>
    /// <param name="vault">
    /// Seals and opens the secrets. All processes that share the state need the same key: one that the host has from
    /// elsewhere, or a key file that each host has a copy of.
    /// </param>
    /// <returns>This builder.</returns>
    /// <example><code>
    /// services.AddBackupSql(backup => backup
    ///     .AddEngine("sqlite", SqliteEngine.Open(new() { Directory = "/srv/data" }))
    ///     .AddFiles("/srv/backups")
    ///     .AddPostgresState("Host=db1;Username=backup;Database=jobs", new SealingSecretVault(key)));
    /// </code></example>
    public static BackupSqlBuilder AddPostgresState(
        this BackupSqlBuilder builder, string connectionString, ISecretVault vault)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Configure(options => options with
        {
            StateStore = PostgresStateStore.Open(connectionString),
            SecretVault = vault,
        });
    }
}
