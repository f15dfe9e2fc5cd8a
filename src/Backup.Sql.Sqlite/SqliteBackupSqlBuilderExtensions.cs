using Backup.Sql.Sessions;
using Backup.Sql.Storage;

namespace Backup.Sql.Sqlite;

/// <summary>What this package adds to a host.</summary>
public static class SqliteBackupSqlBuilderExtensions
{
    /// <summary>
    /// Keeps jobs, schedules, connections and the like in a SQLite file, which any number of processes may share. The
    /// secrets in it are sealed, so that whoever gets hold of the file alone has none of them.
    /// </summary>
    /// <param name="builder">The host that is put together.</param>
    /// <param name="path">The file; it is made by the first change.</param>
    /// <param name="vault">
    /// Seals and opens the secrets. All processes that share the file need the same key:
    /// <c>SealingSecretVault.WithKeyFile(…)</c>, or a key of the host's own.
    /// </param>
    /// <returns>This builder.</returns>
    /// <example><code>
    /// services.AddBackupSql(backup => backup
    ///     .AddEngine("sqlite", SqliteEngine.Open(new() { Directory = "/srv/data" }))
    ///     .AddFiles("/srv/backups")
    ///     .AddSqliteState("/srv/state/backup.db", new SealingSecretVault(key)));
    /// </code></example>
    public static BackupSqlBuilder AddSqliteState(this BackupSqlBuilder builder, string path, ISecretVault vault)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Configure(options => options with
        {
            StateStore = SqliteStateStore.Open(path),
            SecretVault = vault,
        });
    }
}
