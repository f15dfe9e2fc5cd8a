using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Repl.Shell;

/// <summary>
/// What Tab goes by: the statement so far, and the names as of the last statement, so that no key waits for a catalog.
/// </summary>
internal sealed class CompletionState
{
    /// <summary>The lines of the statement that were entered before the one being typed.</summary>
    public string Entered { get; set; } = "";

    /// <summary>Names of databases.</summary>
    public IReadOnlyList<string> Databases { get; private set; } = [];

    /// <summary>The current database; null for none.</summary>
    public string? Current { get; private set; }

    /// <summary>Names of tables, views and sequences of the current database.</summary>
    public IReadOnlyList<string> Objects { get; private set; } = [];

    /// <summary>Reads the names again. Where the catalog cannot be read, the old ones stay.</summary>
    /// <param name="session">Knows the names.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task RefreshAsync(ISqlSession session, CancellationToken cancellationToken)
    {
        try
        {
            var databases = await session.GetDatabasesAsync(cancellationToken).ConfigureAwait(false);
            Databases = [.. databases.Select(database => database.Name)];
            Current = session.CurrentDatabase;
            var objects = Current is null
                ? []
                : await session.GetObjectsAsync(Current, cancellationToken).ConfigureAwait(false);
            Objects =
            [
                .. objects
                    .Where(item => item is TableDescriptor or ViewDescriptor or SequenceDescriptor)
                    .Select(item => item.Name),
            ];
        }
        catch (BackupSqlException)
        {
            // The statement that needs the catalog will say what is wrong with it.
        }
    }
}
