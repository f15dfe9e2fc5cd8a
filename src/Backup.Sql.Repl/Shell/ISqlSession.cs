using Backup.Sql.Catalog;
using Backup.Sql.Execution;
using Backup.Sql.Repl.Output;

namespace Backup.Sql.Repl.Shell;

/// <summary>
/// What the shell talks to: a session of the library for BACKUP and its kin, the current database for everything else.
/// All errors are <see cref="Diagnostics.BackupSqlException"/>s.
/// </summary>
internal interface ISqlSession : IAsyncDisposable
{
    /// <summary>The database that unqualified names and foreign statements mean; null when there is none.</summary>
    string? CurrentDatabase { get; }

    /// <summary>Makes a database the current one.</summary>
    /// <param name="database">Its name, as the engine compares names.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task UseAsync(string database, CancellationToken cancellationToken);

    /// <summary>Executes one statement.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="progress">Hears how far its job is.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    /// <returns>What it gave.</returns>
    Task<Answer> ExecuteAsync(string statement, IProgress<JobProgress> progress, CancellationToken cancellationToken);

    /// <summary>Lists the databases.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>All of them, by name.</returns>
    Task<IReadOnlyList<DatabaseDescriptor>> GetDatabasesAsync(CancellationToken cancellationToken);

    /// <summary>Lists what is in a database.</summary>
    /// <param name="database">A name out of <see cref="GetDatabasesAsync"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Its objects.</returns>
    Task<IReadOnlyList<ObjectDescriptor>> GetObjectsAsync(string database, CancellationToken cancellationToken);
}
